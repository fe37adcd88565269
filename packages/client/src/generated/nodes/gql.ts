/* eslint-disable */
import * as types from './graphql';
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';

/**
 * Map of all GraphQL operations in the project.
 *
 * This map has several performance disadvantages:
 * 1. It is not tree-shakeable, so it will include all operations in the project.
 * 2. It is not minifiable, so the string of a GraphQL query will be multiple times inside the bundle.
 * 3. It does not support dead code elimination, so it will add unused operations.
 *
 * Therefore it is highly recommended to use the babel or swc plugin for production.
 * Learn more about it here: https://the-guild.dev/graphql/codegen/plugins/presets/preset-client#reducing-bundle-size
 */
type Documents = {
    "query GetCaptcha($kind: CaptchaKind! = IMAGE) {\n  imageCaptcha(kind: $kind) {\n    code\n    errmsg\n    reason\n    retryAfter\n    uuid\n    image\n    audio\n    expiresIn\n  }\n}\n\nmutation SendSmsCode($mobile: String!, $imageCode: String!, $uuid: String!, $purpose: VerificationPurpose! = REGISTER) {\n  sendSmsCode(\n    mobile: $mobile\n    imageCode: $imageCode\n    uuid: $uuid\n    purpose: $purpose\n  ) {\n    code\n    errmsg\n    reason\n    retryAfter\n    expiresIn\n    smsId\n  }\n}\n\nmutation VerifySmsCode($mobile: String!, $smsCode: String!, $uuid: String!, $purpose: VerificationPurpose! = REGISTER) {\n  verifySmsCode(\n    mobile: $mobile\n    smsCode: $smsCode\n    uuid: $uuid\n    purpose: $purpose\n  ) {\n    code\n    errmsg\n    reason\n    retryAfter\n    attemptsLeft\n    ticket\n    device\n  }\n}": typeof types.GetCaptchaDocument,
};
const documents: Documents = {
    "query GetCaptcha($kind: CaptchaKind! = IMAGE) {\n  imageCaptcha(kind: $kind) {\n    code\n    errmsg\n    reason\n    retryAfter\n    uuid\n    image\n    audio\n    expiresIn\n  }\n}\n\nmutation SendSmsCode($mobile: String!, $imageCode: String!, $uuid: String!, $purpose: VerificationPurpose! = REGISTER) {\n  sendSmsCode(\n    mobile: $mobile\n    imageCode: $imageCode\n    uuid: $uuid\n    purpose: $purpose\n  ) {\n    code\n    errmsg\n    reason\n    retryAfter\n    expiresIn\n    smsId\n  }\n}\n\nmutation VerifySmsCode($mobile: String!, $smsCode: String!, $uuid: String!, $purpose: VerificationPurpose! = REGISTER) {\n  verifySmsCode(\n    mobile: $mobile\n    smsCode: $smsCode\n    uuid: $uuid\n    purpose: $purpose\n  ) {\n    code\n    errmsg\n    reason\n    retryAfter\n    attemptsLeft\n    ticket\n    device\n  }\n}": types.GetCaptchaDocument,
};

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 *
 *
 * @example
 * ```ts
 * const query = graphql(`query GetUser($id: ID!) { user(id: $id) { name } }`);
 * ```
 *
 * The query argument is unknown!
 * Please regenerate the types.
 */
export function graphql(source: string): unknown;

/**
 * The graphql function is used to parse GraphQL queries into a document that can be used by GraphQL clients.
 */
export function graphql(source: "query GetCaptcha($kind: CaptchaKind! = IMAGE) {\n  imageCaptcha(kind: $kind) {\n    code\n    errmsg\n    reason\n    retryAfter\n    uuid\n    image\n    audio\n    expiresIn\n  }\n}\n\nmutation SendSmsCode($mobile: String!, $imageCode: String!, $uuid: String!, $purpose: VerificationPurpose! = REGISTER) {\n  sendSmsCode(\n    mobile: $mobile\n    imageCode: $imageCode\n    uuid: $uuid\n    purpose: $purpose\n  ) {\n    code\n    errmsg\n    reason\n    retryAfter\n    expiresIn\n    smsId\n  }\n}\n\nmutation VerifySmsCode($mobile: String!, $smsCode: String!, $uuid: String!, $purpose: VerificationPurpose! = REGISTER) {\n  verifySmsCode(\n    mobile: $mobile\n    smsCode: $smsCode\n    uuid: $uuid\n    purpose: $purpose\n  ) {\n    code\n    errmsg\n    reason\n    retryAfter\n    attemptsLeft\n    ticket\n    device\n  }\n}"): (typeof documents)["query GetCaptcha($kind: CaptchaKind! = IMAGE) {\n  imageCaptcha(kind: $kind) {\n    code\n    errmsg\n    reason\n    retryAfter\n    uuid\n    image\n    audio\n    expiresIn\n  }\n}\n\nmutation SendSmsCode($mobile: String!, $imageCode: String!, $uuid: String!, $purpose: VerificationPurpose! = REGISTER) {\n  sendSmsCode(\n    mobile: $mobile\n    imageCode: $imageCode\n    uuid: $uuid\n    purpose: $purpose\n  ) {\n    code\n    errmsg\n    reason\n    retryAfter\n    expiresIn\n    smsId\n  }\n}\n\nmutation VerifySmsCode($mobile: String!, $smsCode: String!, $uuid: String!, $purpose: VerificationPurpose! = REGISTER) {\n  verifySmsCode(\n    mobile: $mobile\n    smsCode: $smsCode\n    uuid: $uuid\n    purpose: $purpose\n  ) {\n    code\n    errmsg\n    reason\n    retryAfter\n    attemptsLeft\n    ticket\n    device\n  }\n}"];

export function graphql(source: string) {
  return (documents as any)[source] ?? {};
}

export type DocumentType<TDocumentNode extends DocumentNode<any, any>> = TDocumentNode extends DocumentNode<  infer TType,  any>  ? TType  : never;