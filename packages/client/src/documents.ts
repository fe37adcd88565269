/** The three operations as parsed documents, for Apollo Client, urql and others. Needs `graphql`, which these bring. */
export {
  GetCaptchaDocument,
  SendSmsCodeDocument,
  VerifySmsCodeDocument,
} from './generated/nodes/graphql';
