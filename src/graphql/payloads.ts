import 'reflect-metadata';
import { Field, ID, Int, InterfaceType, ObjectType, registerEnumType } from 'type-graphql';
import type { Language } from '../captcha/speech/captcha-speech';
import { VERIFICATION_PURPOSES, type VerificationPurpose } from '../sms/purpose';
import { errmsg, type Operation, Reason } from '../verification/reasons';

export enum CaptchaKind {
  IMAGE = 'IMAGE',
  AUDIO = 'AUDIO',
}

registerEnumType(CaptchaKind, {
  name: 'CaptchaKind',
  description: 'How a captcha puts its question.',
  valuesConfig: {
    IMAGE: { description: 'A picture of letters and digits, to be typed in either case.' },
    AUDIO: { description: 'Spoken digits, to be typed; for people who cannot see the picture.' },
  },
});

/** The values as GraphQL's own enum: each is its own name. */
export const VerificationPurposes = Object.fromEntries(VERIFICATION_PURPOSES.map((purpose) => [purpose, purpose])) as {
  [Name in VerificationPurpose]: Name;
};

registerEnumType(VerificationPurposes, {
  name: 'VerificationPurpose',
  description: 'What a code is asked for; it confirms the mobile for nothing else. Values may be added, never changed.',
  valuesConfig: {
    REGISTER: { description: 'To open an account.' },
    LOGIN: { description: 'To log in.' },
    RESET_PASSWORD: { description: 'To set a new password.' },
    CHANGE_MOBILE: { description: 'To move an account to this number.' },
    CONFIRM_PAYMENT: { description: 'To confirm a payment.' },
    GENERIC: { description: 'Anything else.' },
  },
});

registerEnumType(Reason, {
  name: 'VerificationReason',
  description: 'What became of a call, for machines. Values may be added, never changed.',
  valuesConfig: {
    OK: { description: 'It succeeded.' },
    MISSING_PARAMETER: { description: 'An argument is blank. Nothing was consumed.' },
    MOBILE_INVALID: {
      description: 'Not a mobile number of mainland China or of another country that is taken. Nothing was consumed.',
    },
    CAPTCHA_EXPIRED: {
      description: 'There is no such captcha: expired, already tried, or never issued. Get a new one.',
    },
    CAPTCHA_MISMATCH: { description: 'The answer is wrong, and this captcha is spent. Get a new one.' },
    TOO_FREQUENT: { description: 'The cooldown of this mobile is still running; see retryAfter.' },
    QUOTA_EXCEEDED: {
      description: 'A cap of this mobile, this client, its network or the whole service is reached; see retryAfter.',
    },
    SMS_REJECTED: { description: 'The SMS provider refused the message. Nothing was sent.' },
    SMS_UNCONFIRMED: {
      description:
        'The SMS provider never answered: the message may arrive, and its code is good. It is not sent again.',
    },
    SMS_CODE_EXPIRED: {
      description:
        'There is no live code of this uuid, mobile and purpose: expired, already used, never sent, or asked for under another uuid.',
    },
    SMS_CODE_MISMATCH: { description: 'The code is wrong; see attemptsLeft.' },
    SMS_CODE_LOCKED: {
      description:
        'Too many wrong codes: this request’s code is void. Get a new one, after retryAfter seconds where that is set.',
    },
    SERVICE_UNAVAILABLE: { description: 'Something this service depends on is down. Nothing was sent.' },
    INBOUND_WAITING: {
      description: 'The message that the person was asked to send has not arrived yet; ask again after retryAfter.',
    },
    INBOUND_NOT_OFFERED: {
      description:
        'This server takes no messages from this number, or none without a send that failed. Nothing was consumed.',
    },
  },
});

@InterfaceType('VerificationResult', { description: 'What every answer carries.' })
export abstract class VerificationResult {
  @Field(() => Int, { description: '200 on success, 400 on every failure.' })
  code!: number;

  @Field(() => String, { description: 'For people: Chinese, or English where Accept-Language prefers it.' })
  errmsg!: string;

  @Field(() => Reason, { description: 'For machines: what exactly happened.' })
  reason!: Reason;

  @Field(() => Int, {
    nullable: true,
    description:
      'Seconds until the same call can succeed; on a successful send, the cooldown. Null where waiting changes nothing.',
  })
  retryAfter?: number | null;
}

@ObjectType('ImageCaptcha', {
  implements: VerificationResult,
  description: 'A captcha: can be answered once, right or wrong.',
})
export class ImageCaptcha extends VerificationResult {
  @Field(() => ID, { nullable: true, description: 'Name of this captcha, to be handed back with its answer.' })
  uuid?: string | null;

  @Field(() => String, { nullable: true, description: 'The picture as a data URI for <img src>; null for AUDIO.' })
  image?: string | null;

  @Field(() => String, { nullable: true, description: 'The speech as a data URI for <audio src>; null for IMAGE.' })
  audio?: string | null;

  @Field(() => Int, { nullable: true, description: 'Seconds for which it can be answered.' })
  expiresIn?: number | null;
}

@ObjectType('InboundChallenge', {
  description:
    'What a person is to send from the mobile itself, which confirms it; sending costs what a message costs.',
})
export class InboundChallenge {
  @Field(() => String, { description: 'Where to, as it is dialled.' })
  number!: string;

  @Field(() => String, {
    description: 'The whole text: what it is for, and a code. Blanks, case and full-width forms do not matter.',
  })
  text!: string;

  @Field(() => Int, { description: 'Seconds in which it must arrive.' })
  expiresIn!: number;
}

@ObjectType('SmsCodeSent', { implements: VerificationResult, description: 'What became of a request for an SMS code.' })
export class SmsCodeSent extends VerificationResult {
  @Field(() => Int, { nullable: true, description: 'Seconds for which the code sent is good.' })
  expiresIn?: number | null;

  @Field(() => ID, {
    nullable: true,
    description: 'Name of this message in the service’s logs, for a person to tell support; null where none was tried.',
  })
  smsId?: string | null;

  @Field(() => InboundChallenge, {
    nullable: true,
    description:
      'Where no code came: what the person may send instead, if the server takes that. Ask inboundStatus what became of it.',
  })
  inbound?: InboundChallenge | null;
}

@ObjectType('SmsCodeVerified', {
  implements: VerificationResult,
  description: 'What became of an SMS code that a person typed.',
})
export class SmsCodeVerified extends VerificationResult {
  @Field(() => Int, {
    nullable: true,
    description: 'Wrong codes that this request still allows; null where none applies.',
  })
  attemptsLeft?: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Signed proof (JWT) that this mobile was confirmed, for other services; null unless the server is set up for it.',
  })
  ticket?: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Opaque token of this browser, to be kept there and sent back as the header X-Trusted-Device: its next code is refused less easily under attack. Null where none is given; a token that is kept stays good.',
  })
  device?: string | null;
}

/** A service's result as a payload: code and errmsg follow from the reason. */
export function payload<T extends { reason: Reason }>(
  result: T,
  operation: Operation,
  language: Language,
): T & { code: number; errmsg: string } {
  const code = result.reason === Reason.OK ? 200 : 400;
  // Not spread, as in operation-plan.ts.
  return Object.assign({}, result, { code, errmsg: errmsg(result.reason, operation, language) });
}
