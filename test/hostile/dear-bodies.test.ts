import { connect } from 'node:net';
import { ApiClient } from '../harness/api-client';
import { type ServerProcess, startServer } from '../harness/server-process';
import { RECEIPT_PROVIDERS, RECEIPTS_URL } from '../sms/stand-in/receipt-pushes';
import { processorCost } from './support/processor-cost';

const SECRET = 'b1946ac92492d2347c6235b4d2611184';
const COUNT = 20;
const list = (count: number, name: string) => Array.from({ length: count }, (_, i) => `${name}${i}`);
/** As many empty lines as a body has room for. */
const padded = (query: string) => '\n'.repeat(7_000) + query;

describe('Bodies that are dear to read', () => {
  let server: ServerProcess;
  let api: ApiClient;
  let texts = 0;
  beforeAll(async () => {
    server = await startServer({
      ...{ NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'twilio', RECEIPTS_SECRET: SECRET, RECEIPTS_URL },
      ...RECEIPT_PROVIDERS.find(({ name }) => name === 'twilio')?.environment('http://127.0.0.1:9'),
    });
    api = new ApiClient(server.url);
  });
  afterAll(() => server?.stop());

  /** Processor time that so many of it take, ms. */
  const costOf = (ask: () => Promise<unknown>) => processorCost(server, COUNT, ask);
  /** Each has a text of its own, which nothing remembers. */
  const query = (text: string) => () => {
    texts += 1;
    return api.post({ query: `${text}#${texts}` });
  };
  const plain = query('{ verificationSettings { codeLength } }');

  test.each([
    ['unknown fields behind empty lines', padded(`{ ${list(100, 'q').join(' ')} }`)],
    [
      'missing variables behind empty lines',
      padded(`query (${list(100, '$v').map((v) => `${v}: Int!`)}) { __typename }`),
    ],
    [
      'unknown types with names like ours',
      `query (${list(140, '$v').map((v, i) => `${v}: VerificationPurposez${i}`)}) { __typename }`,
    ],
    ['fields of one name', `{ ${'a: verificationSettings { x: codeLength } '.repeat(70)} }`],
  ])('%s cost little more than a query', async (_, text) => {
    await costOf(plain);
    const ordinary = await costOf(plain);
    // They took 5 to 80 ms each.
    expect(await costOf(query(text))).toBeLessThan(3 * ordinary + 40);
  });

  test('a text of more lines than any query needs is told that it is too long, one of an introspection is answered', async () => {
    const { body } = await api.post({ query: padded('{ __typename }') });
    expect(body.errors).toMatchObject([
      { message: 'The query is too long.', extensions: { code: 'GRAPHQL_PARSE_FAILED' } },
    ]);
    expect((await api.post({ query: `${'\n'.repeat(298)}{ __typename }` })).body.data).toEqual({ __typename: 'Query' });
  });

  test('a text that has one name more than forty times is refused, one that has it forty times is answered', async () => {
    const { status, body } = await api.post({ query: `{ ${'__typename '.repeat(41)} }` });
    expect([status, body.errors]).toMatchObject([
      400,
      [
        {
          message: 'The query has one name more than 40 times.',
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        },
      ],
    ]);
    expect((await api.post({ query: `{ ${'__typename '.repeat(40)} }` })).body.data).toEqual({ __typename: 'Query' });
  });

  test.each([
    [
      'under other names',
      (count: number) => `{ imageCaptcha(kind: AUDIO) { ${list(count, 'a').join(': audio ')}: audio } }`,
    ],
    [
      'through a fragment',
      (count: number) =>
        `{ imageCaptcha { ${'...Both '.repeat(count - 2)} } } fragment Both on ImageCaptcha { ...Picture } fragment Picture on ImageCaptcha { image audio }`,
    ],
  ])('an answer has no captcha more than a few times, %s', async (_, text) => {
    const { body } = await api.post({ query: text(5) });
    expect(body.errors?.map(({ message }) => message)).toEqual([
      'One operation may select image and audio 4 times at most.',
    ]);
    expect((await api.post({ query: text(4) })).body.errors).toBeUndefined();
  });

  test('no more than a few errors of a text are told', async () => {
    const { body } = await api.post({ query: `{ ${list(100, 'q').join(' ')} }` });
    expect(body.errors).toHaveLength(11);
    expect(body.errors?.at(-1)?.message).toContain('Too many validation errors');
  });

  test('a form of thousands of fields at the path of receipts, which nobody signed, is refused in little time', async () => {
    const body = list(16_000, 'f').join('=&');
    const push = () =>
      fetch(`${server.url}/receipts/${SECRET}/twilio`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': 'none' },
        body,
      });
    expect(body.length).toBeLessThan(131_072);
    expect((await push()).status).toBe(403);
    // It took some 650 ms for each.
    expect(await costOf(push)).toBeLessThan(COUNT * 500);
  });

  test('a body in parts of one byte is not read to its end', async () => {
    const text = await new Promise<string>((resolve) => {
      let answer = '';
      const socket = connect(server.port, '127.0.0.1');
      socket.setEncoding('latin1').on('data', (part: string) => {
        answer += part;
      });
      socket.on('error', () => undefined).on('close', () => resolve(answer));
      socket.write('POST /graphql HTTP/1.1\r\nHost: localhost\r\ncontent-type: application/json\r\n');
      socket.write(`transfer-encoding: chunked\r\n\r\n${'1\r\n \r\n'.repeat(16_000)}`);
    });
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toContain('The body comes in more than 2000 parts.');
  });
});
