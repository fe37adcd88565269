import 'reflect-metadata';
import { Matches, ValidateBy, validateSync } from 'class-validator';
import { ArgsType, Field } from 'type-graphql';
import { Reason } from '../errmsg';

/** Mainland China, 11 ASCII digits: no spaces, no country code, no full-width digits, no line break. */
const MOBILE = /^1[3-9]\d{9}$/;

const NOT_BLANK = 'notBlank';

const NotBlank = () =>
  ValidateBy({
    name: NOT_BLANK,
    validator: { validate: (value: unknown) => typeof value === 'string' && value.trim() !== '' },
  });
const Mobile = () => Matches(MOBILE);

@ArgsType()
export class SendSmsCodeArgs {
  @NotBlank()
  @Mobile()
  @Field(() => String, { description: 'Mainland China mobile number: 11 ASCII digits.' })
  mobile!: string;

  @NotBlank()
  @Field(() => String, { description: 'The answer to the captcha; case and surrounding blanks do not matter.' })
  imageCode!: string;

  @NotBlank()
  @Field(() => String, { description: 'The uuid that came with the captcha.' })
  uuid!: string;
}

@ArgsType()
export class VerifySmsCodeArgs {
  @NotBlank()
  @Mobile()
  @Field(() => String, { description: 'The mobile number that the code was sent to.' })
  mobile!: string;

  @NotBlank()
  @Field(() => String, { description: 'The six digits of the message; surrounding blanks do not matter.' })
  smsCode!: string;
}

/**
 * The reason to refuse these arguments, or undefined if they are fine. A blank argument comes before a malformed one. What the
 * validator itself would say repeats the arguments, so nothing of it leaves this function.
 */
export function refusal(args: SendSmsCodeArgs | VerifySmsCodeArgs): Reason | undefined {
  const errors = validateSync(args, { validationError: { target: false, value: false } });
  if (errors.length === 0) return undefined;
  const broken = errors.flatMap((error) => Object.keys(error.constraints ?? {}));
  return broken.includes(NOT_BLANK) ? Reason.MISSING_PARAMETER : Reason.MOBILE_INVALID;
}
