import { ApiClient } from '../harness/api-client';
import { type ServerProcess, startServer } from '../harness/server-process';

const MOBILE = '13912345678';
const SECRET = 'S3cr3tSauce';
const LONG = `Long${'x'.repeat(3000)}`;

/** Malformed requests that carry something secret where an argument stands. */
const REQUESTS: [string, { query: unknown; variables?: unknown; operationName?: unknown }][] = [
  ['a literal of the wrong type', { query: `mutation { verifySmsCode(mobile: ${MOBILE}, smsCode: "1") { code } }` }],
  [
    'a literal that is an object',
    { query: `mutation { verifySmsCode(mobile: {a: "${SECRET}"}, smsCode: "1") { code } }` },
  ],
  ['a literal that is a list', { query: `mutation { verifySmsCode(mobile: ["${SECRET}"], smsCode: "1") { code } }` }],
  [
    'an enum value where text is asked for',
    { query: `mutation { verifySmsCode(mobile: ${SECRET}, smsCode: "1") { code } }` },
  ],
  ['an enum value that is not there', { query: `{ imageCaptcha(kind: ${SECRET}) { code } }` }],
  ['text where an enum value is asked for', { query: `{ imageCaptcha(kind: "${SECRET}") { code } }` }],
  [
    'a default value of the wrong type',
    { query: `query ($k: CaptchaKind! = "${SECRET}") { imageCaptcha(kind: $k) { code } }` },
  ],
  ['a syntax error in the middle of a text', { query: `mutation { verifySmsCode(mobile: "${SECRET}` }],
  ['a syntax error behind a value', { query: `mutation { verifySmsCode(mobile: "${SECRET}" "${MOBILE}") { code } }` }],
  ['a name that begins with a digit', { query: `{ ${MOBILE}abc }` }],
  ['a character that GraphQL does not know', { query: `{ imageCaptcha(kind: €${SECRET}) { code } }` }],
  ['a bad escape', { query: `mutation { verifySmsCode(mobile: "\\q${SECRET}", smsCode: "1") { code } }` }],
  ['a number with letters', { query: `mutation { verifySmsCode(mobile: ${MOBILE}abc, smsCode: "1") { code } }` }],
  [
    'a variable of the wrong type',
    {
      query: 'mutation ($m: String!) { verifySmsCode(mobile: $m, smsCode: "1") { code } }',
      variables: { m: Number(MOBILE) },
    },
  ],
  [
    'a variable that is an object',
    {
      query: 'mutation ($m: String!) { verifySmsCode(mobile: $m, smsCode: "1") { code } }',
      variables: { m: { secret: SECRET } },
    },
  ],
  [
    'a variable that is a list',
    {
      query: 'mutation ($m: String!) { verifySmsCode(mobile: $m, smsCode: "1") { code } }',
      variables: { m: [SECRET] },
    },
  ],
  [
    'a variable that is no enum value',
    { query: 'query ($k: CaptchaKind!) { imageCaptcha(kind: $k) { code } }', variables: { k: SECRET } },
  ],
  ['variables as text', { query: '{ __typename }', variables: SECRET }],
  ['an operation that is not there', { query: '{ __typename }', operationName: SECRET }],
  ['a query that is no text', { query: { secret: SECRET } }],
];

describe.each(['development', 'production'])('What an error of a malformed request says, in %s', (mode) => {
  let server: ServerProcess;
  let api: ApiClient;

  beforeAll(async () => {
    server = await startServer({ NODE_ENV: mode, STORE: 'memory', SMS_PROVIDERS: 'console', LOG_LEVEL: 'trace' });
    api = new ApiClient(server.url);
  }, 60_000);

  afterAll(() => server?.stop());

  test.each(REQUESTS)('%s: 400, what is wrong, and never the value', async (_, body) => {
    // The second time the text may be remembered.
    for (let i = 0; i < 2; i++) {
      const { status, text, body: answer } = await api.post(body);
      expect(status).toBe(400);
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain(MOBILE);
      expect(answer.data ?? null).toBeNull();
      for (const error of answer.errors ?? []) {
        expect(error.message.length).toBeGreaterThan(10);
        expect(Object.keys(error.extensions)).toEqual(['code']);
        expect(error.extensions.code).toMatch(
          /^(GRAPHQL_PARSE_FAILED|GRAPHQL_VALIDATION_FAILED|BAD_USER_INPUT|BAD_REQUEST|OPERATION_RESOLUTION_FAILURE)$/,
        );
      }
      expect(answer.errors?.length).toBeGreaterThan(0);
    }
    expect(server.stdout + server.stderr).not.toContain(SECRET);
    expect(server.stdout + server.stderr).not.toContain(MOBILE);
  });

  test('says where it is wrong', async () => {
    const { body } = await api.query(`mutation {\n  verifySmsCode(mobile: 7, smsCode: "1") { code }\n}`);
    expect(body.errors).toEqual([
      {
        message: 'A value in the query has the wrong type at line 2, column 25.',
        locations: [{ line: 2, column: 25 }],
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      },
    ]);
  });

  test('calls a null for an argument that may not be null what it is, and logs no fault of ours', async () => {
    const query = 'query ($k: CaptchaKind = IMAGE) { imageCaptcha(kind: $k) { code } }';
    const { body } = await api.query(query, { k: null });
    expect(body.errors).toEqual([
      expect.objectContaining({
        message: expect.stringMatching(/^An argument has a missing or a wrong value at line 1, column \d+\.$/),
        extensions: { code: 'BAD_USER_INPUT' },
      }),
    ]);
    expect(server.logs.filter(({ level }) => level >= 50)).toEqual([]);
  });

  test('names the variable', async () => {
    const query = 'mutation ($mobile: String!) { verifySmsCode(mobile: $mobile, smsCode: "1") { code } }';
    const { body } = await api.query(query, { mobile: 7 });
    expect(body.errors).toEqual([
      {
        message: 'Variable "$mobile" has a missing or a wrong value at line 1, column 11.',
        locations: [{ line: 1, column: 11 }],
        extensions: { code: 'BAD_USER_INPUT' },
      },
    ]);
  });

  test.each([
    ['field', `{ ${LONG} }`],
    ['argument', `{ imageCaptcha(${LONG}: 1) { code } }`],
    ['type', `{ ... on ${LONG} { code } }`],
    ['fragment', `{ ...${LONG} }`],
    ['directive', `{ imageCaptcha @${LONG} { code } }`],
    ['variable', `query ($${LONG}: String!) { __typename }`],
    ['variable, in an operation of such a name', `query ${LONG}($${LONG}: String!) { __typename }`],
    ['variable without its value', `query ($${LONG}: CaptchaKind!) { imageCaptcha(kind: $${LONG}) { code } }`],
    ['variable type', `query ($a: ${LONG}) { __typename }`],
  ])('an unknown %s of 3,000 letters does not come back at full length', async (_, query) => {
    const { status, text } = await api.query(query);
    expect(status).toBe(400);
    expect(text.length).toBeLessThan(1500);
  });

  test.each([
    ['64', 'whole', 'f'.repeat(64), 'f'.repeat(64)],
    ['65', 'not at all', 'f'.repeat(65), '…'],
  ])('an unknown field of %s letters comes back %s', async (_, __, name, told) => {
    const { body } = await api.query(`{ ${name} }`);
    expect(body.errors?.map(({ message }) => message)).toEqual([`Cannot query field "${told}" on type "Query".`]);
  });

  test.each([
    [64, 'is named', `Variable "$${'v'.repeat(64)}"`],
    [65, 'is not', 'An argument'],
  ])('a variable of %i letters that lacks its value %s', async (length, _, told) => {
    const name = 'v'.repeat(length);
    const { body } = await api.query(`query ($${name}: CaptchaKind!) { imageCaptcha(kind: $${name}) { code } }`);
    const at = 'at line 1, column 8.';
    expect(body.errors?.map(({ message }) => message)).toEqual([`${told} has a missing or a wrong value ${at}`]);
  });
});
