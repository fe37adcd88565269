/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
/** How a captcha puts its question. */
export type CaptchaKind =
  /** Spoken digits, to be typed; for people who cannot see the picture. */
  | 'AUDIO'
  /** A picture of letters and digits, to be typed in either case. */
  | 'IMAGE';

/** What a code is asked for; it confirms the mobile for nothing else. Values may be added, never changed. */
export type VerificationPurpose =
  /** To move an account to this number. */
  | 'CHANGE_MOBILE'
  /** To confirm a payment. */
  | 'CONFIRM_PAYMENT'
  /** Anything else. */
  | 'GENERIC'
  /** To log in. */
  | 'LOGIN'
  /** To open an account. */
  | 'REGISTER'
  /** To set a new password. */
  | 'RESET_PASSWORD';

/** What became of a call, for machines. Values may be added, never changed. */
export type VerificationReason =
  /** There is no such captcha: expired, already tried, or never issued. Get a new one. */
  | 'CAPTCHA_EXPIRED'
  /** The answer is wrong, and this captcha is spent. Get a new one. */
  | 'CAPTCHA_MISMATCH'
  /** This server takes no messages from this number, or none without a send that failed. Nothing was consumed. */
  | 'INBOUND_NOT_OFFERED'
  /** The message that the person was asked to send has not arrived yet; ask again after retryAfter. */
  | 'INBOUND_WAITING'
  /** An argument is blank. Nothing was consumed. */
  | 'MISSING_PARAMETER'
  /** Not a mobile number of mainland China or of another country that is taken. Nothing was consumed. */
  | 'MOBILE_INVALID'
  /** It succeeded. */
  | 'OK'
  /** A cap of this mobile, this client, its network or the whole service is reached; see retryAfter. */
  | 'QUOTA_EXCEEDED'
  /** Something this service depends on is down. Nothing was sent. */
  | 'SERVICE_UNAVAILABLE'
  /** There is no live code of this uuid, mobile and purpose: expired, already used, never sent, or asked for under another uuid. */
  | 'SMS_CODE_EXPIRED'
  /** Too many wrong codes: this request’s code is void. Get a new one, after retryAfter seconds where that is set. */
  | 'SMS_CODE_LOCKED'
  /** The code is wrong; see attemptsLeft. */
  | 'SMS_CODE_MISMATCH'
  /** The SMS provider refused the message. Nothing was sent. */
  | 'SMS_REJECTED'
  /** The SMS provider never answered: the message may arrive, and its code is good. It is not sent again. */
  | 'SMS_UNCONFIRMED'
  /** The cooldown of this mobile is still running; see retryAfter. */
  | 'TOO_FREQUENT';

export type GetCaptchaQueryVariables = Exact<{
  kind?: CaptchaKind;
}>;


export type GetCaptchaQuery = { readonly imageCaptcha: { readonly code: number, readonly errmsg: string, readonly reason: VerificationReason, readonly retryAfter: number | null, readonly uuid: string | null, readonly image: string | null, readonly audio: string | null, readonly expiresIn: number | null } };

export type SendSmsCodeMutationVariables = Exact<{
  mobile: string;
  imageCode: string;
  uuid: string;
  purpose?: VerificationPurpose;
}>;


export type SendSmsCodeMutation = { readonly sendSmsCode: { readonly code: number, readonly errmsg: string, readonly reason: VerificationReason, readonly retryAfter: number | null, readonly expiresIn: number | null, readonly smsId: string | null, readonly inbound: { readonly number: string, readonly text: string, readonly expiresIn: number } | null } };

export type VerifySmsCodeMutationVariables = Exact<{
  mobile: string;
  smsCode: string;
  uuid: string;
  purpose?: VerificationPurpose;
}>;


export type VerifySmsCodeMutation = { readonly verifySmsCode: { readonly code: number, readonly errmsg: string, readonly reason: VerificationReason, readonly retryAfter: number | null, readonly attemptsLeft: number | null, readonly ticket: string | null, readonly device: string | null } };

export type StartInboundVerificationMutationVariables = Exact<{
  mobile: string;
  imageCode: string;
  uuid: string;
  purpose?: VerificationPurpose;
}>;


export type StartInboundVerificationMutation = { readonly startInboundVerification: { readonly code: number, readonly errmsg: string, readonly reason: VerificationReason, readonly retryAfter: number | null, readonly inbound: { readonly number: string, readonly text: string, readonly expiresIn: number } | null } };

export type GetInboundStatusQueryVariables = Exact<{
  mobile: string;
  uuid: string;
  purpose?: VerificationPurpose;
}>;


export type GetInboundStatusQuery = { readonly inboundStatus: { readonly code: number, readonly errmsg: string, readonly reason: VerificationReason, readonly retryAfter: number | null, readonly ticket: string | null } };

export class TypedDocumentString<TResult, TVariables>
  extends String
  implements DocumentTypeDecoration<TResult, TVariables>
{
  __apiType?: NonNullable<DocumentTypeDecoration<TResult, TVariables>['__apiType']>;
  private value: string;
  public __meta__?: Record<string, any> | undefined;

  constructor(value: string, __meta__?: Record<string, any> | undefined) {
    super(value);
    this.value = value;
    this.__meta__ = __meta__;
  }

  override toString(): string & DocumentTypeDecoration<TResult, TVariables> {
    return this.value;
  }
}

export const GetCaptchaDocument = 'query GetCaptcha($kind:CaptchaKind!=IMAGE){imageCaptcha(kind:$kind){code errmsg reason retryAfter uuid image audio expiresIn}}' as unknown as TypedDocumentString<GetCaptchaQuery, GetCaptchaQueryVariables>;
export const SendSmsCodeDocument = 'mutation SendSmsCode($mobile:String!$imageCode:String!$uuid:String!$purpose:VerificationPurpose!=REGISTER){sendSmsCode(mobile:$mobile imageCode:$imageCode uuid:$uuid purpose:$purpose){code errmsg reason retryAfter expiresIn smsId inbound{number text expiresIn}}}' as unknown as TypedDocumentString<SendSmsCodeMutation, SendSmsCodeMutationVariables>;
export const VerifySmsCodeDocument = 'mutation VerifySmsCode($mobile:String!$smsCode:String!$uuid:String!$purpose:VerificationPurpose!=REGISTER){verifySmsCode(mobile:$mobile smsCode:$smsCode uuid:$uuid purpose:$purpose){code errmsg reason retryAfter attemptsLeft ticket device}}' as unknown as TypedDocumentString<VerifySmsCodeMutation, VerifySmsCodeMutationVariables>;
export const StartInboundVerificationDocument = 'mutation StartInboundVerification($mobile:String!$imageCode:String!$uuid:String!$purpose:VerificationPurpose!=REGISTER){startInboundVerification(mobile:$mobile imageCode:$imageCode uuid:$uuid purpose:$purpose){code errmsg reason retryAfter inbound{number text expiresIn}}}' as unknown as TypedDocumentString<StartInboundVerificationMutation, StartInboundVerificationMutationVariables>;
export const GetInboundStatusDocument = 'query GetInboundStatus($mobile:String!$uuid:String!$purpose:VerificationPurpose!=REGISTER){inboundStatus(mobile:$mobile uuid:$uuid purpose:$purpose){code errmsg reason retryAfter ticket}}' as unknown as TypedDocumentString<GetInboundStatusQuery, GetInboundStatusQueryVariables>;