import { request } from 'node:http';
import { ApiClient } from '../harness/api-client';
import { type ServerProcess, startServer } from '../harness/server-process';
import { processorCost } from './support/processor-cost';

const BLANKS = ' '.repeat(15_000);
const COUNT = 100;

/** Header lines that parsers of media types read a long time, some of them quadratically. */
const LONG: [what: string, headers: Record<string, string>][] = [
  ['blanks in a Content-Type', { 'content-type': `a/b${BLANKS}x` }],
  ['blanks in a parameter of JSON', { 'content-type': `application/json;a=${BLANKS}x` }],
  ['blanks in the type of a form', { 'content-type': `text/plain;a=${BLANKS}x` }],
  ['thousands of types in Accept', { accept: 'a/b,'.repeat(3_700) }],
  ['one type in Accept with thousands of parameters', { accept: `application/json${';a=b'.repeat(3_700)}` }],
];
/** Lists that are dear beside the cheapest requests: of the page, and of a query that is remembered. */
const LISTS: [what: string, path: string, headers: Record<string, string>][] = [
  ['thousands of encodings', '/', { 'accept-encoding': 'a,'.repeat(7_500) }],
  ['thousands of entity tags', '/', { 'if-none-match': ','.repeat(15_000) }],
  ['thousands of languages', '/graphql', { 'accept-language': 'a,'.repeat(7_500) }],
  ['thousands of languages that we have', '/graphql', { 'accept-language': 'en;q=0.1,'.repeat(1_600) }],
];
const lines = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`x-${i}`, '']));

describe('Headers that are dear to read', () => {
  let server: ServerProcess;
  let texts = 0;
  beforeAll(async () => {
    server = await startServer({ NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console' });
  });
  afterAll(() => server?.stop());

  /** Processor time that requests with these headers take, ms; each has a text of its own, which nothing remembers. */
  function costOf(headers: Record<string, string>): Promise<number> {
    const api = new ApiClient(server.url);
    return processorCost(server, COUNT, () => {
      texts += 1;
      return api.post({ query: `{ verificationSettings { a${texts}: codeLength } }` }, headers);
    });
  }

  test.each(LONG)('%s cost little more than a request without', async (_, headers) => {
    await costOf({});
    const plain = await costOf({});
    // Those that were dear took 160 ms each, or ten times as much as plain ones.
    expect(await costOf(headers)).toBeLessThan(3 * plain + 150);
  });

  test.each(LISTS)('%s cost little more than a request of %s without', async (_, path, headers) => {
    const body = path === '/' ? undefined : '{"query":"{ __typename }"}';
    const ask = (own: Record<string, string>) => async () => {
      const method = body ? 'POST' : 'GET';
      const all = { ...own, ...(body && { 'content-type': 'application/json' }) };
      await (await fetch(server.url + path, { method, headers: all, body })).text();
    };
    await processorCost(server, COUNT, ask({}));
    const plain = await processorCost(server, COUNT, ask({}));
    // They took 1 to 3 ms each.
    expect(await processorCost(server, COUNT, ask(headers))).toBeLessThan(2 * plain + 70);
  });

  test('a request of more lines than any client writes is refused, and one of two hundred is answered', async () => {
    // Node adds a line of its own, beside that of the host.
    const ask = (count: number) => get(server.url, { host: 'localhost', ...lines(count - 2) });
    expect(await ask(200)).toEqual([200, undefined]);
    expect(await ask(201)).toEqual([431, 'The request has more than 200 header lines.']);
  });

  test('an address longer than any link is refused', async () => {
    const ask = (length: number) => get(`${server.url}/?${'a'.repeat(length - 2)}`, { host: 'localhost' });
    expect(await ask(4_096)).toEqual([200, undefined]);
    expect(await ask(4_097)).toEqual([414, 'The address is longer than 4096 characters.']);
  });

  test('an Accept that nobody needs to write so long is answered as if there were none', async () => {
    const accept = 'text/html,'.repeat(1_000);
    const { status, headers, body } = await new ApiClient(server.url).post({ query: '{ __typename }' }, { accept });
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(body.data).toEqual({ __typename: 'Query' });
  });
});

/** With these headers and no other: the status, and what is told of an error. */
function get(
  url: string,
  headers: Record<string, string>,
): Promise<[status: number | undefined, message: string | undefined]> {
  return new Promise((resolve, reject) => {
    const call = request(url, { headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      const message = () => (response.statusCode === 200 ? undefined : JSON.parse(text).errors[0].message);
      response.on('end', () => resolve([response.statusCode, message()]));
    });
    call.on('error', reject).end();
  });
}
