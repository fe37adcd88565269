/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
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


export type SendSmsCodeMutation = { readonly sendSmsCode: { readonly code: number, readonly errmsg: string, readonly reason: VerificationReason, readonly retryAfter: number | null, readonly expiresIn: number | null, readonly smsId: string | null } };

export type VerifySmsCodeMutationVariables = Exact<{
  mobile: string;
  smsCode: string;
  uuid: string;
  purpose?: VerificationPurpose;
}>;


export type VerifySmsCodeMutation = { readonly verifySmsCode: { readonly code: number, readonly errmsg: string, readonly reason: VerificationReason, readonly retryAfter: number | null, readonly attemptsLeft: number | null, readonly ticket: string | null, readonly device: string | null } };


export const GetCaptchaDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"GetCaptcha"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"kind"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CaptchaKind"}}},"defaultValue":{"kind":"EnumValue","value":"IMAGE"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"imageCaptcha"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"kind"},"value":{"kind":"Variable","name":{"kind":"Name","value":"kind"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"errmsg"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"uuid"}},{"kind":"Field","name":{"kind":"Name","value":"image"}},{"kind":"Field","name":{"kind":"Name","value":"audio"}},{"kind":"Field","name":{"kind":"Name","value":"expiresIn"}}]}}]}}]} as unknown as DocumentNode<GetCaptchaQuery, GetCaptchaQueryVariables>;
export const SendSmsCodeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"SendSmsCode"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"mobile"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"imageCode"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"uuid"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"purpose"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"VerificationPurpose"}}},"defaultValue":{"kind":"EnumValue","value":"REGISTER"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"sendSmsCode"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"mobile"},"value":{"kind":"Variable","name":{"kind":"Name","value":"mobile"}}},{"kind":"Argument","name":{"kind":"Name","value":"imageCode"},"value":{"kind":"Variable","name":{"kind":"Name","value":"imageCode"}}},{"kind":"Argument","name":{"kind":"Name","value":"uuid"},"value":{"kind":"Variable","name":{"kind":"Name","value":"uuid"}}},{"kind":"Argument","name":{"kind":"Name","value":"purpose"},"value":{"kind":"Variable","name":{"kind":"Name","value":"purpose"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"errmsg"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"expiresIn"}},{"kind":"Field","name":{"kind":"Name","value":"smsId"}}]}}]}}]} as unknown as DocumentNode<SendSmsCodeMutation, SendSmsCodeMutationVariables>;
export const VerifySmsCodeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"VerifySmsCode"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"mobile"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"smsCode"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"uuid"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"String"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"purpose"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"VerificationPurpose"}}},"defaultValue":{"kind":"EnumValue","value":"REGISTER"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"verifySmsCode"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"mobile"},"value":{"kind":"Variable","name":{"kind":"Name","value":"mobile"}}},{"kind":"Argument","name":{"kind":"Name","value":"smsCode"},"value":{"kind":"Variable","name":{"kind":"Name","value":"smsCode"}}},{"kind":"Argument","name":{"kind":"Name","value":"uuid"},"value":{"kind":"Variable","name":{"kind":"Name","value":"uuid"}}},{"kind":"Argument","name":{"kind":"Name","value":"purpose"},"value":{"kind":"Variable","name":{"kind":"Name","value":"purpose"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"errmsg"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}},{"kind":"Field","name":{"kind":"Name","value":"retryAfter"}},{"kind":"Field","name":{"kind":"Name","value":"attemptsLeft"}},{"kind":"Field","name":{"kind":"Name","value":"ticket"}},{"kind":"Field","name":{"kind":"Name","value":"device"}}]}}]}}]} as unknown as DocumentNode<VerifySmsCodeMutation, VerifySmsCodeMutationVariables>;