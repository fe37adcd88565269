import { type AnyVariables, createClient, fetchExchange, type OperationResult } from '@urql/core';
import { type Ref, ref } from 'vue';
import {
  type CaptchaKind,
  GetCaptchaDocument,
  type GetCaptchaQuery,
  SendSmsCodeDocument,
  type SendSmsCodeMutation,
  type SendSmsCodeMutationVariables,
  VerifySmsCodeDocument,
  type VerifySmsCodeMutation,
  type VerifySmsCodeMutationVariables,
} from './generated/graphql';
import type { PageLanguage } from './language';

/** Why there is no payload: no network here, no answer from there, or a GraphQL error. */
export type Trouble = 'offline' | 'unreachable' | 'refused';

export type Answer<Payload> = { payload: Payload } | { trouble: Trouble };

export interface Api {
  captcha(kind: CaptchaKind): Promise<Answer<GetCaptchaQuery['imageCaptcha']>>;
  send(variables: SendSmsCodeMutationVariables): Promise<Answer<SendSmsCodeMutation['sendSmsCode']>>;
  verify(variables: VerifySmsCodeMutationVariables): Promise<Answer<VerifySmsCodeMutation['verifySmsCode']>>;
  /** True once the server has said that it runs in development. */
  readonly development: Readonly<Ref<boolean>>;
  /** The code of the last SMS to this mobile; null where the server does not tell, as in production. */
  lastSmsCode(mobile: string): Promise<string | null>;
}

/** Longer than the server ever takes to answer; beyond it, the server counts as unreachable. */
const ANSWER_WITHIN_MS = 30_000;

/** The server's three operations, without a cache: no answer of theirs is good twice. */
export function createApi(language: PageLanguage): Api {
  const development = ref(false);

  async function watchedFetch(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
    const giveUp = new AbortController();
    setTimeout(() => giveUp.abort(), ANSWER_WITHIN_MS);
    init.signal?.addEventListener('abort', () => giveUp.abort());
    // The page's own language, so that errmsg never comes in the other one.
    const headers = { ...init.headers, 'accept-language': language };
    const response = await fetch(input, { ...init, headers, signal: giveUp.signal });
    if (response.headers.get('x-development') === '1') development.value = true;
    return response;
  }

  const client = createClient({
    url: new URL('/graphql', location.href).href,
    exchanges: [fetchExchange],
    requestPolicy: 'network-only',
    preferGetMethod: false,
    fetch: watchedFetch,
  });

  return {
    development,
    captcha: async (kind) => answer(await client.query(GetCaptchaDocument, { kind }), (data) => data.imageCaptcha),
    send: async (variables) =>
      answer(await client.mutation(SendSmsCodeDocument, variables), (data) => data.sendSmsCode),
    verify: async (variables) =>
      answer(await client.mutation(VerifySmsCodeDocument, variables), (data) => data.verifySmsCode),
    lastSmsCode: async (mobile) => {
      if (!development.value) return null;
      const response = await fetch(`/dev/last-sms?mobile=${encodeURIComponent(mobile)}`).catch(() => null);
      if (!response?.ok) return null;
      const { code } = (await response.json()) as { code: string };
      return code;
    },
  };
}

function answer<Data, Variables extends AnyVariables, Payload>(
  result: OperationResult<Data, Variables>,
  payloadOf: (data: Data) => Payload,
): Answer<Payload> {
  if (result.data) return { payload: payloadOf(result.data) };
  if (result.error?.networkError) return { trouble: navigator.onLine ? 'unreachable' : 'offline' };
  return { trouble: 'refused' };
}
