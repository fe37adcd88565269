import type { TypedDocumentString } from './generated/graphql';
import { type Language, TROUBLES, type Trouble } from './trouble';

/** Longer than the server ever takes to answer; beyond it, the server counts as unreachable. */
const ANSWER_WITHIN_MS = 30_000;

/** What came instead of a payload. */
export interface TroubleOutcome {
  readonly reason: Trouble;
  readonly errmsg: string;
}

/** Posts an operation of one field, and resolves with what that field holds. Never rejects. */
export type Request = <Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
) => Promise<Data[keyof Data] | TroubleOutcome>;

/** @param device the token of this browser, if it has one. */
export function createRequest(
  endpoint: string | URL,
  language: Language,
  fetch: typeof globalThis.fetch,
  device: () => string | null | undefined,
): Request {
  return async <Data, Variables>(document: TypedDocumentString<Data, Variables>, variables: Variables) => {
    let reason: Trouble = 'UNREACHABLE';
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), ANSWER_WITHIN_MS);
    try {
      const token = device();
      const response = await fetch(endpoint, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'accept-language': language,
          ...(token && { 'x-trusted-device': encodeURI(token) }),
        },
        // A Chinese input method may leave full-width letters and digits behind.
        body: JSON.stringify({ query: document, variables }, (_, value) => value?.normalize?.('NFKC') ?? value),
        signal: giveUp.signal,
      });
      const { data } = (await response.json()) as { data?: Data | null };
      if (data) return Object.values(data)[0] as Data[keyof Data];
      if (response.status < 500) reason = 'REFUSED';
    } catch {
      if (navigator.onLine === false) reason = 'OFFLINE';
    } finally {
      clearTimeout(timer);
    }
    return { reason, errmsg: TROUBLES[language][reason] };
  };
}
