import {
  GetCaptchaDocument,
  type GetCaptchaQueryVariables,
  SendSmsCodeDocument,
  type SendSmsCodeMutationVariables,
  type TypedDocumentString,
  VerifySmsCodeDocument,
  type VerifySmsCodeMutationVariables,
} from './generated/strings/graphql';

export function createSmsApi(url: string) {
  async function request<Data, Variables>(
    document: TypedDocumentString<Data, Variables>,
    variables: Variables,
  ): Promise<Data> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: document.toString(), variables }),
    });
    const { data, errors } = (await response.json()) as { data?: Data; errors?: { message: string }[] };
    if (!data) throw new Error(errors?.[0]?.message ?? `HTTP ${response.status}`);
    return data;
  }

  return {
    getCaptcha: async (variables: GetCaptchaQueryVariables = {}) =>
      (await request(GetCaptchaDocument, variables)).imageCaptcha,
    sendSmsCode: async (variables: SendSmsCodeMutationVariables) =>
      (await request(SendSmsCodeDocument, variables)).sendSmsCode,
    verifySmsCode: async (variables: VerifySmsCodeMutationVariables) =>
      (await request(VerifySmsCodeDocument, variables)).verifySmsCode,
  };
}
