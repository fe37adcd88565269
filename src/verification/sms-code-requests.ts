import type { Language } from '../captcha/speech/captcha-speech';
import type { Client } from '../limits/rules';
import type { VerificationPurpose } from '../sms/purpose';
import type { Reason } from './reasons';

/** Longer names than any service makes are not looked up. */
export const MAX_UUID_LENGTH = 128;

export interface SendRequest {
  mobile: string;
  imageCode: string;
  uuid: string;
  purpose: VerificationPurpose;
}

export interface VerifyRequest {
  mobile: string;
  smsCode: string;
  /** Names the request that the code was asked for with. */
  uuid?: string;
  purpose: VerificationPurpose;
}

/** Who calls, and in which language. */
export interface Caller {
  client: Client;
  language: Language;
  /** The number of the trusted device that was shown. */
  device?: string;
}

export interface SmsCodeResult {
  reason: Reason;
  /** Seconds. */
  retryAfter?: number;
}

export interface SmsSendResult extends SmsCodeResult {
  /** Seconds. */
  expiresIn?: number;
  /** The message's correlation id, in logs, traces and metrics; nothing secret follows from it. */
  smsId?: string;
}

export interface SmsVerifyResult extends SmsCodeResult {
  attemptsLeft?: number;
  /** Signed proof of a right code. */
  ticket?: string;
  /** Token of a trusted device. */
  device?: string;
}
