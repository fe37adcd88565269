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

  test('an Accept that nobody needs to write so long is answered as if there were none', async () => {
    const accept = 'text/html,'.repeat(1_000);
    const { status, headers, body } = await new ApiClient(server.url).post({ query: '{ __typename }' }, { accept });
    expect([status, headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(body.data).toEqual({ __typename: 'Query' });
  });
});
