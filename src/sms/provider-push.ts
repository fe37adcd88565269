import type { IncomingHttpHeaders } from 'node:http';

/** A POST that a provider makes to this server, to tell of a message. */
export interface ProviderPush {
  headers: IncomingHttpHeaders;
  /** Path and query as they arrived: what some providers sign begins with the whole address. */
  target: string;
  query: URLSearchParams;
  /** As it arrived: what some providers sign is the text. */
  body: string;
}

/** What a provider wants to hear. Anything but 2xx makes most of them push again, a few times. */
export interface PushAnswer {
  status: number;
  contentType: string;
  body: string;
  /** Why it is not taken for the provider's, and what to mend, for the log: nothing that stands in the push but a time. */
  refused?: string;
}

/** Deals with one provider's pushes of one kind. Rejects with StoreUnavailableError where the push should come again. */
export type PushHandler = (push: ProviderPush) => Promise<PushAnswer>;

/** A handler for each provider: it reads the push, deals with what was read, and then gives the answer that was read with it. */
export function pushHandlers<Read extends { answer: PushAnswer }>(
  parsers: Readonly<Record<string, { parse(push: ProviderPush): Read }>>,
  deal: (read: Read, provider: string) => Promise<void>,
): Record<string, PushHandler> {
  const handlers = Object.entries(parsers).map(([provider, { parse }]): [string, PushHandler] => [
    provider,
    async (push) => {
      const read = parse(push);
      await deal(read, provider);
      return read.answer;
    },
  ]);
  return Object.fromEntries(handlers);
}

/** Of a push whose provider signs what it tells. */
export function unsignedAnswer(status: 401 | 403, refused: string): PushAnswer {
  return { ...jsonAnswer(status, { error: 'not signed' }), refused };
}

/** An answer in JSON. */
export function jsonAnswer(status: number, body: object): PushAnswer {
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}
