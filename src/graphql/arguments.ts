import 'reflect-metadata';
import { ArgsType, Field } from 'type-graphql';
import type { Numbering } from '../sms/numbering';
import type { VerificationPurpose } from '../sms/purpose';
import { Reason } from '../verification/reasons';
import { VerificationPurposes } from './payloads';

// This one rule is loaded by its path: the whole package would load the numbering plans of all countries, for a rule that is not used here.
const {
  isNotEmpty,
}: Pick<typeof import('class-validator'), 'isNotEmpty'> = require('class-validator/cjs/decorator/common/IsNotEmpty');

const MOBILE =
  'Mobile number: 11 ASCII digits for mainland China, E.164 with its plus for the other countries that verificationSettings names.';

@ArgsType()
export class SendSmsCodeArgs {
  @Field(() => String, { description: MOBILE })
  mobile!: string;

  @Field(() => String, { description: 'The answer to the captcha; case and surrounding blanks do not matter.' })
  imageCode!: string;

  @Field(() => String, { description: 'The uuid that came with the captcha. From now on it names this request.' })
  uuid!: string;

  @Field(() => VerificationPurposes, {
    defaultValue: VerificationPurposes.REGISTER,
    description: 'What the code is asked for.',
  })
  purpose!: VerificationPurpose;
}

@ArgsType()
export class VerifySmsCodeArgs {
  @Field(() => String, { description: 'The mobile number that the code was sent to.' })
  mobile!: string;

  @Field(() => String, { description: 'The six digits of the message; surrounding blanks do not matter.' })
  smsCode!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The uuid that the code was asked for with. Without one, only codes that other services of the shop wrote are checked, where the server is set up for it.',
  })
  uuid?: string | null;

  @Field(() => VerificationPurposes, {
    defaultValue: VerificationPurposes.REGISTER,
    description: 'What the code was asked for.',
  })
  purpose!: VerificationPurpose;
}

@ArgsType()
export class InboundStatusArgs {
  @Field(() => String, { description: 'The mobile number that is to be confirmed.' })
  mobile!: string;

  @Field(() => String, { description: 'The uuid of the captcha that was spent on it.' })
  uuid!: string;

  @Field(() => VerificationPurposes, {
    defaultValue: VerificationPurposes.REGISTER,
    description: 'What it is to be confirmed for.',
  })
  purpose!: VerificationPurpose;
}

/**
 * The arguments with their mobile in its internal form, or the reason to refuse them. A blank argument is reported before a malformed
 * one; an optional one may be absent.
 *
 * class-validator's rules are called as functions: its decorators would gather their metadata anew for every request, which is a
 * twentieth of what a send costs, and their errors repeat the arguments.
 */
export function checkedArguments<T extends { mobile: string }>(
  args: T,
  numbering: Pick<Numbering, 'parse'>,
): { args: T } | { reason: Reason } {
  for (const value of Object.values(args) as (string | null | undefined)[]) {
    if (typeof value === 'string' && !isNotEmpty(value.trim())) return { reason: Reason.MISSING_PARAMETER };
  }
  const mobile = numbering.parse(args.mobile);
  return mobile === undefined ? { reason: Reason.MOBILE_INVALID } : { args: { ...args, mobile } };
}
