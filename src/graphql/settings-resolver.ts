import 'reflect-metadata';
import { Field, Int, ObjectType, Query, Resolver } from 'type-graphql';
import { CAPTCHA_LENGTH } from '../captcha/alphabet';
import { SPOKEN_LENGTH } from '../captcha/speech/captcha-speech';
import { VERIFICATION_PURPOSES, type VerificationPurpose } from '../sms/purpose';
import { CaptchaKind, VerificationPurposes } from './payloads';

/** The settings that a page should know. */
export interface PublicSettings {
  /** Seconds. */
  captchaExpiresIn: number;
  /** Seconds. */
  codeExpiresIn: number;
  /** Seconds; 0 for none. */
  cooldown: number;
  /** ISO 3166-1 alpha-2. */
  countries: readonly string[];
  /** Of each country, in the same order. */
  callingCodes: readonly string[];
  tickets: boolean;
  /** Whether startInboundVerification is answered. Absent: it is not. */
  inbound?: boolean;
}

@ObjectType('VerificationSettings', { description: 'How this server is set up, so that a page hard-codes nothing.' })
export class VerificationSettings {
  @Field(() => Int, { description: 'Digits of an SMS code.' })
  codeLength!: number;

  @Field(() => Int, { description: 'Seconds for which an SMS code is good.' })
  codeExpiresIn!: number;

  @Field(() => Int, { description: 'Seconds between two messages to one mobile; 0 for none.' })
  cooldown!: number;

  @Field(() => Int, { description: 'Letters of a picture captcha.' })
  captchaLength!: number;

  @Field(() => Int, { description: 'Digits of a spoken captcha.' })
  spokenCaptchaLength!: number;

  @Field(() => Int, { description: 'Seconds for which a captcha can be answered.' })
  captchaExpiresIn!: number;

  @Field(() => [CaptchaKind], { description: 'The kinds of captcha that can be asked for.' })
  captchaKinds!: CaptchaKind[];

  @Field(() => [String], { description: 'Countries whose numbers are taken, ISO 3166-1 alpha-2.' })
  countries!: string[];

  @Field(() => [String], { description: 'The calling code of each of these countries, in their order: 86 for CN.' })
  callingCodes!: string[];

  @Field(() => [VerificationPurposes], { description: 'What codes can be asked for.' })
  purposes!: VerificationPurpose[];

  @Field(() => Boolean, { description: 'Whether a right code is answered with a ticket.' })
  tickets!: boolean;

  @Field(() => Boolean, {
    description: 'Whether a person may ask for startInboundVerification without a send that failed.',
  })
  inbound!: boolean;
}

const CODE_LENGTH = 6;

@Resolver()
export class SettingsResolver {
  constructor(private readonly settings: PublicSettings) {}

  @Query(() => VerificationSettings, { description: 'How this server is set up. Counted by no limit.' })
  verificationSettings(): VerificationSettings {
    return {
      ...this.settings,
      inbound: this.settings.inbound ?? false,
      countries: [...this.settings.countries],
      callingCodes: [...this.settings.callingCodes],
      codeLength: CODE_LENGTH,
      captchaLength: CAPTCHA_LENGTH,
      spokenCaptchaLength: SPOKEN_LENGTH,
      captchaKinds: [CaptchaKind.IMAGE, CaptchaKind.AUDIO],
      purposes: [...VERIFICATION_PURPOSES],
    };
  }
}
