import { type GraphQLObjectType, getNamedType, isLeafType } from 'graphql';
import { CaptchaResolver } from '../../src/graphql/captcha-resolver';
import { type GraphqlAnswer, type GraphqlRequest, GraphqlServer } from '../../src/graphql/graphql-server';
import { createSchema } from '../../src/graphql/schema';
import { SettingsResolver } from '../../src/graphql/settings-resolver';
import { SmsCodeResolver } from '../../src/graphql/sms-code-resolver';
import { createLog } from '../../src/log';
import { Reason } from '../../src/verification/reasons';

const FIELDS = 'code errmsg reason retryAfter';
const CAPTCHA = `query Captcha { imageCaptcha { ${FIELDS} uuid image expiresIn } }`;
const SEND = `mutation Send($mobile: String!, $imageCode: String!, $uuid: String!) {
  sendSmsCode(mobile: $mobile, imageCode: $imageCode, uuid: $uuid) { __typename ...on VerificationResult { ${FIELDS} } expiresIn }
}`;
const VERIFY = `mutation ($mobile: String!, $smsCode: String!, $uuid: String) { verifySmsCode(mobile: $mobile, smsCode: $smsCode, uuid: $uuid) { reason attemptsLeft } }`;
const TWO_OPERATIONS = `query A { imageCaptcha { reason } } query B { __typename }`;
/** Front ends' own kind, whose plan is made once: every field that has no fields of its own. */
const PLANNED: [string, string, object][] = [
  ['imageCaptcha', `query { imageCaptcha { ${FIELDS} uuid image audio expiresIn } }`, {}],
  [
    'sendSmsCode',
    `mutation ($mobile: String!, $imageCode: String!, $uuid: String!, $purpose: VerificationPurpose! = LOGIN) {
      sendSmsCode(mobile: $mobile, imageCode: $imageCode, uuid: $uuid, purpose: $purpose) { ${FIELDS} expiresIn smsId } }`,
    { mobile: '13800138000', imageCode: 'a"\\b', uuid: 'u' },
  ],
  [
    'verifySmsCode',
    `mutation ($mobile: String!, $smsCode: String! = "1") {
      verifySmsCode(mobile: $mobile, smsCode: $smsCode, uuid: "u", purpose: RESET_PASSWORD) { ${FIELDS} attemptsLeft ticket device } }`,
    { mobile: '13800138000' },
  ],
];
const SEND_PLANNED = PLANNED[1]?.[1] ?? '';
const SENT = { mobile: '13800138000', imageCode: 'abcde', uuid: 'u' };

/** The uuids of what was sent. */
const sends: string[] = [];
beforeEach(() => sends.splice(0));

/** Resolvers over services that answer what the arguments ask for, so that two runs can be compared byte by byte. */
function newServer(development = true): GraphqlServer {
  const captchas = {
    issue: async () => ({ reason: Reason.OK, uuid: 'u', image: 'data:,', expiresIn: 300 }),
  };
  const smsCodes = {
    send: async ({ uuid }: { uuid: string }) => {
      sends.push(uuid);
      if (uuid === 'no reason') return {};
      if (uuid === 'half a second') return { reason: Reason.OK, retryAfter: 0.5 };
      if (uuid === 'throw') throw new Error(`unforeseen ${SENT.mobile}`);
      return uuid === 'u' ? { reason: Reason.OK, retryAfter: 60, expiresIn: 300 } : { reason: Reason.CAPTCHA_EXPIRED };
    },
    verify: async () => ({ reason: Reason.SMS_CODE_MISMATCH, attemptsLeft: 4 }),
  };
  const schema = newSchema(captchas, smsCodes);
  return new GraphqlServer(schema, { development, log: createLog('silent') });
}

function newSchema(captchas: object = {}, smsCodes: object = {}) {
  return createSchema({
    captcha: new CaptchaResolver(captchas as never),
    settings: new SettingsResolver({
      captchaExpiresIn: 300,
      codeExpiresIn: 300,
      cooldown: 60,
      countries: ['CN'],
      callingCodes: ['86'],
      tickets: false,
    }),
    smsCode: new SmsCodeResolver(smsCodes as never),
  });
}

const ACCEPTS = [
  undefined,
  '*/*',
  'application/json',
  'application/json;charset=utf-8',
  'application/graphql-response+json',
  'application/graphql-response+json;charset=utf-8, application/json;q=0.9',
  'application/json, application/graphql-response+json;q=0.5',
  'text/html,application/xhtml+xml,*/*;q=0.8',
  'text/html',
  'image/png',
  'not a media type',
  '',
];

const BODIES: [string, unknown][] = [
  ['a success', { query: CAPTCHA }],
  ['a success with variables and a name', { query: SEND, variables: SENT, operationName: 'Send' }],
  [
    'a success with null for everything optional',
    { query: CAPTCHA, variables: null, operationName: null, extensions: null },
  ],
  ['extensions that nobody knows', { query: CAPTCHA, extensions: { tracing: true } }],
  [
    'a null for an argument that may not be null, by a variable that may',
    {
      query: 'query ($kind: CaptchaKind = IMAGE) { imageCaptcha(kind: $kind) { reason } }',
      variables: { kind: null },
    },
  ],
  ['a domain failure', { query: SEND, variables: { ...SENT, uuid: 'gone' } }],
  ['a bad argument', { query: SEND, variables: { ...SENT, mobile: '' } }],
  ['a code that is wrong', { query: VERIFY, variables: { mobile: SENT.mobile, smsCode: '123456' } }],
  ['an optional argument that is null', { query: VERIFY, variables: { ...SENT, smsCode: '123456', uuid: null } }],
  ['a purpose that is not there', { query: VERIFY.replace('uuid: $uuid', 'purpose: PIGEON') }],
  ['the settings', { query: '{ verificationSettings { codeLength countries purposes captchaKinds tickets } }' }],
  ['variables that nobody asked for', { query: VERIFY, variables: { mobile: SENT.mobile, smsCode: '1', more: [1] } }],
  ['a missing variable', { query: SEND, variables: { mobile: SENT.mobile } }],
  ['no variables at all', { query: SEND }],
  ['a variable of the wrong type', { query: SEND, variables: { ...SENT, mobile: 13800138000 } }],
  ['a variable that is null', { query: SEND, variables: { ...SENT, uuid: null } }],
  ['variables as a list', { query: SEND, variables: [SENT] }],
  ['variables as text', { query: SEND, variables: JSON.stringify(SENT) }],
  ['an operation that is not there', { query: CAPTCHA, operationName: 'Other' }],
  ['an operation of no name', { query: CAPTCHA, operationName: '' }],
  ['two operations and no name', { query: TWO_OPERATIONS }],
  ['one of two operations', { query: TWO_OPERATIONS, operationName: 'B' }],
  ['a resolver that fails', { query: SEND, variables: { ...SENT, uuid: 'throw' } }],
  ['a payload without what must be there', { query: SEND, variables: { ...SENT, uuid: 'no reason' } }],
  ['a payload of another type', { query: SEND_PLANNED, variables: { ...SENT, uuid: 'half a second' } }],
  ['a planned one that fails', { query: SEND_PLANNED, variables: { ...SENT, uuid: 'throw' } }],
  ['a planned one without what must be there', { query: SEND_PLANNED, variables: { ...SENT, uuid: 'no reason' } }],
  ['other names', { query: 'query Q { mine: imageCaptcha { a: code b: code code code t: __typename } }' }],
  ['the first field twice', { query: '{ imageCaptcha { code code reason } }' }],
  ['another name for the operation', { query: 'query Q { imageCaptcha { code } }', operationName: 'R' }],
  ['the name of the operation', { query: 'query Q { imageCaptcha { code } }', operationName: 'Q' }],
  ['an argument by default', { query: 'query ($k: CaptchaKind) { imageCaptcha(kind: $k) { code } }' }],
  ['a value that no enum has', { query: PLANNED[1]?.[1], variables: { ...SENT, purpose: 'PIGEON' } }],
  ['a value of an enum', { query: PLANNED[1]?.[1], variables: { ...SENT, purpose: 'GENERIC' } }],
  [
    'a variable from the prototype',
    { query: 'query ($toString: CaptchaKind) { imageCaptcha(kind: $toString) { code } }' },
  ],
  ['a fragment', { query: 'query { imageCaptcha { ...F } } fragment F on ImageCaptcha { code uuid }' }],
  ['a directive that leaves a leaf out', { query: '{ imageCaptcha { code @include(if: false) uuid } }' }],
  ...PLANNED.map(([name, query, variables]): [string, unknown] => [`all fields of ${name}`, { query, variables }]),
  ['a persisted query', { query: CAPTCHA, extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }],
  ['a name that is no text', { query: CAPTCHA, operationName: 7 }],
  ['a field that is not there', { query: '{ imageCaptch { code } }' }],
  ['a syntax error', { query: '{ imageCaptcha { ' }],
  ['an empty query', { query: '' }],
  ['no query', { variables: {} }],
  ['a directive that leaves a field out', { query: '{ imageCaptcha @skip(if: true) { code } }' }],
  ['the names of types', { query: '{ __typename imageCaptcha { __typename } }' }],
];

/** What both ways must answer, as the interface says it: agreeing on something wrong is not enough. */
const EXPECTED: [string, unknown, number, unknown][] = [
  [
    'a success',
    { query: CAPTCHA },
    200,
    {
      data: {
        imageCaptcha: {
          ...{ code: 200, errmsg: expect.any(String), reason: 'OK', retryAfter: null },
          ...{ uuid: 'u', image: 'data:,', expiresIn: 300 },
        },
      },
    },
  ],
  [
    'a domain failure, which is data',
    { query: SEND, variables: { ...SENT, uuid: 'gone' }, operationName: 'Send' },
    200,
    {
      data: {
        sendSmsCode: {
          ...{ __typename: 'SmsCodeSent', code: 400, errmsg: '图形验证码失效', reason: 'CAPTCHA_EXPIRED' },
          ...{ retryAfter: null, expiresIn: null },
        },
      },
    },
  ],
  [
    'a wrong code',
    { query: VERIFY, variables: { mobile: SENT.mobile, smsCode: '123456' } },
    200,
    { data: { verifySmsCode: { reason: 'SMS_CODE_MISMATCH', attemptsLeft: 4 } } },
  ],
  [
    'a missing variable',
    { query: SEND, variables: { mobile: SENT.mobile } },
    400,
    // Both imageCode and uuid are missing.
    { errors: Array(2).fill(expect.objectContaining({ extensions: { code: 'BAD_USER_INPUT' } })) },
  ],
  ['one of two operations', { query: TWO_OPERATIONS, operationName: 'B' }, 200, { data: { __typename: 'Query' } }],
];

describe('A query text that is seen for the first time, and one that is remembered', () => {
  const request = (body: unknown, accept: string | undefined): GraphqlRequest => ({
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(accept !== undefined && { accept }) },
    search: '',
    body,
  });
  const CONTEXT = { client: { id: 'c', network: 'n', parent: 'p' }, language: 'zh' } as const;

  /** The answers of a server that knows nothing, and of one that has seen the very request and every text before. */
  async function both(body: unknown, accept: string | undefined, development: boolean): Promise<GraphqlAnswer[]> {
    const [fresh, used] = [newServer(development), newServer(development)];
    await Promise.all([fresh.start(), used.start()]);
    for (const known of [CAPTCHA, TWO_OPERATIONS])
      await used.handle(request({ query: known, operationName: known === CAPTCHA ? null : 'A' }, accept), CONTEXT);
    for (const [query, variables] of [
      [SEND, SENT],
      [VERIFY, { mobile: SENT.mobile, smsCode: '1' }],
    ] as const) {
      await used.handle(request({ query, variables }, accept), CONTEXT);
    }
    await used.handle(request(body, accept), CONTEXT);
    const answers = [
      await fresh.handle(request(body, accept), CONTEXT),
      await used.handle(request(body, accept), CONTEXT),
      await used.handle(request(body, accept), CONTEXT),
    ];
    await Promise.all([fresh.stop(), used.stop()]);
    // What the HTTP layer says anew for every answer.
    for (const { headers } of answers) {
      delete headers['content-length'];
      delete headers['cache-control'];
    }
    return answers;
  }

  test.each(BODIES)('get the same answer, whatever is accepted: %s', async (_, body) => {
    for (const accept of ACCEPTS) {
      const [first, second, third] = await both(body, accept, true);
      expect({ accept, ...second }).toEqual({ accept, ...first });
      expect({ accept, ...third }).toEqual({ accept, ...first });
    }
    const [first, second] = await both(body, '*/*', false);
    expect(second).toEqual(first);
  });

  test.each(EXPECTED)('get what the interface promises: %s', async (_, body, status, expected) => {
    for (const answer of await both(body, 'application/json;charset=utf-8', false)) {
      expect(answer.status).toBe(status);
      expect(answer.headers['content-type']).toMatch(/^application\/json; ?charset=utf-8$/);
      expect(JSON.parse(answer.body)).toEqual(expected);
    }
  });

  test('the second does take the fast path: nothing but execution is left', async () => {
    const server = newServer();
    await server.start();
    const first = await server.handle(request({ query: CAPTCHA }, '*/*'), CONTEXT);
    await server.stop();
    // Apollo refuses everything once it is stopped.
    expect(await server.handle(request({ query: '{ __typename }' }, '*/*'), CONTEXT)).toMatchObject({ status: 500 });
    const second = await server.handle(request({ query: CAPTCHA }, '*/*'), CONTEXT);
    expect(second.body).toBe(first.body);
  });

  test('every field without fields of its own is among those that are compared', () => {
    const types = newSchema().getTypeMap();
    for (const [operation, query] of PLANNED) {
      const name = { imageCaptcha: 'ImageCaptcha', sendSmsCode: 'SmsCodeSent', verifySmsCode: 'SmsCodeVerified' }[
        operation
      ];
      const leaves = Object.values((types[name ?? ''] as GraphQLObjectType).getFields()).filter(({ type }) =>
        isLeafType(getNamedType(type)),
      );
      for (const { name: field } of leaves) expect(query).toMatch(new RegExp(`\\b${field}\\b`));
    }
  });

  test.each(['throw', 'no reason', 'half a second', 'u'])(
    'a remembered text is run once, whoever writes its answer: %s',
    async (uuid) => {
      const server = newServer();
      await server.start();
      await server.handle(request({ query: SEND_PLANNED, variables: SENT }, '*/*'), CONTEXT);
      sends.splice(0);
      const { body } = await server.handle(
        request({ query: SEND_PLANNED, variables: { ...SENT, uuid } }, '*/*'),
        CONTEXT,
      );
      expect(sends).toEqual([uuid]);
      expect(JSON.parse(body).errors === undefined).toBe(uuid === 'u');
      await server.stop();
    },
  );

  test('a text that was refused is not remembered', async () => {
    const server = newServer();
    await server.start();
    const twice = { query: '{ a: imageCaptcha { code } b: imageCaptcha { code } }' };
    for (let i = 0; i < 3; i++) {
      const { status, body } = await server.handle(request(twice, '*/*'), CONTEXT);
      expect(status).toBe(400);
      expect(JSON.parse(body).data).toBeUndefined();
    }
    await server.stop();
  });
});
