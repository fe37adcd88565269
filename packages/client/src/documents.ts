/** The operations as parsed documents, for Apollo Client, urql and others. Needs `graphql`, which these bring. */
export {
  GetCaptchaDocument,
  GetInboundStatusDocument,
  SendSmsCodeDocument,
  StartInboundVerificationDocument,
  VerifySmsCodeDocument,
} from './generated/nodes/graphql';
