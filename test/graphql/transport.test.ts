import { gzipSync } from 'node:zlib';
import { getIntrospectionQuery } from 'graphql';
import { ApiClient, IMAGE_CAPTCHA } from '../harness/api-client';
import { describeWithRedis } from '../harness/redis-server';
import { type ServerProcess, startServer } from '../harness/server-process';
import { Shop } from '../harness/shop';

const BODY = JSON.stringify({ query: IMAGE_CAPTCHA });
const JSON_TYPE = { 'content-type': 'application/json' };

describeWithRedis('What is no POST of JSON', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
  }, 60_000);

  afterAll(() => shop?.close());

  const call = (init: RequestInit, search = '') => fetch(`${shop.server.url}/graphql${search}`, init);
  const search = `?query=${encodeURIComponent(IMAGE_CAPTCHA)}`;

  test.each<[string, number, RequestInit, string?]>([
    ['a GET', 405, { method: 'GET' }, search],
    ['a GET that claims to be JSON', 405, { method: 'GET', headers: JSON_TYPE }, search],
    [
      'a GET with Apollo’s preflight header',
      405,
      { method: 'GET', headers: { 'apollo-require-preflight': '1' } },
      search,
    ],
    ['a HEAD', 405, { method: 'HEAD' }, search],
    ['a PUT', 405, { method: 'PUT', headers: JSON_TYPE, body: BODY }],
    ['a DELETE', 405, { method: 'DELETE' }],
    ['a PATCH', 405, { method: 'PATCH', headers: JSON_TYPE, body: BODY }],
    [
      'text/plain, which a form can send',
      400,
      { method: 'POST', headers: { 'content-type': 'text/plain' }, body: BODY },
    ],
    ['no content type', 400, { method: 'POST', body: new Blob([BODY]) }],
    ['a form', 400, { method: 'POST', body: new URLSearchParams({ query: IMAGE_CAPTCHA }) }],
    [
      'a form with parts',
      400,
      { method: 'POST', headers: { 'content-type': 'multipart/form-data; boundary=x' }, body: BODY },
    ],
    [
      'JSON in all but name',
      400,
      { method: 'POST', headers: { 'content-type': 'text/plain; application/json' }, body: BODY },
    ],
    ['application/json5', 400, { method: 'POST', headers: { 'content-type': 'application/json5' }, body: BODY }],
    [
      'application/graphql',
      400,
      { method: 'POST', headers: { 'content-type': 'application/graphql' }, body: IMAGE_CAPTCHA },
    ],
    [
      'text/plain with the query in the address',
      400,
      { method: 'POST', headers: { 'content-type': 'text/plain' }, body: BODY },
      search,
    ],
    [
      'text/plain with Apollo’s preflight header',
      400,
      { method: 'POST', headers: { 'content-type': 'text/plain', 'x-apollo-operation-name': 'x' }, body: BODY },
    ],
    ['no body', 400, { method: 'POST', headers: JSON_TYPE }],
    ['broken JSON', 400, { method: 'POST', headers: JSON_TYPE, body: '{"query":' }],
    ['null', 400, { method: 'POST', headers: JSON_TYPE, body: 'null' }],
    ['text', 400, { method: 'POST', headers: JSON_TYPE, body: '"query"' }],
    ['a number', 400, { method: 'POST', headers: JSON_TYPE, body: '1e999' }],
    ['gzip', 415, { method: 'POST', headers: { ...JSON_TYPE, 'content-encoding': 'gzip' }, body: gzipSync(BODY) }],
    [
      'an encoding that nobody knows',
      415,
      { method: 'POST', headers: { ...JSON_TYPE, 'content-encoding': 'x' }, body: BODY },
    ],
    ['16 KB and more', 413, { method: 'POST', headers: JSON_TYPE, body: BODY + ' '.repeat(16_384) }],
  ])('%s: %d with an error in GraphQL’s shape, and no captcha', async (_, status, init, search = '') => {
    const response = await call(init, search);
    expect(response.status).toBe(status);
    if (status === 405) expect(response.headers.get('allow')).toBe('POST');
    if (init.method !== 'HEAD') {
      expect(await response.json()).toEqual({
        errors: [
          {
            message: expect.any(String),
            extensions: { code: expect.stringMatching(/^(BAD_REQUEST|METHOD_NOT_ALLOWED)$/) },
          },
        ],
      });
    }
    expect(await shop.redis.dbsize()).toBe(0);
  });

  test.each([
    ['', 'image/png'],
    [', in a header of as many letters as are read', `image/png;q=0.5${','.repeat(985)}`],
  ])('who accepts neither type of answer%s is told which there are, and nothing runs', async (_, accept) => {
    const response = await call({ method: 'POST', headers: { ...JSON_TYPE, accept }, body: BODY });
    expect([response.status, response.headers.get('content-type')]).toEqual([406, 'application/json; charset=utf-8']);
    const message = 'Accept must allow application/json or application/graphql-response+json.';
    expect(await response.json()).toEqual({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
    expect(await shop.redis.dbsize()).toBe(0);
  });

  test('JSON with a charset, in any case, and an identity encoding are read', async () => {
    for (const headers of [
      { 'content-type': 'application/json; charset=utf-8' },
      { 'content-type': 'Application/JSON;charset=UTF-8' },
      { ...JSON_TYPE, 'content-encoding': 'identity' },
      { ...JSON_TYPE, 'content-encoding': 'Identity' },
    ]) {
      const response = await call({ method: 'POST', headers, body: BODY });
      expect(await response.json()).toMatchObject({ data: { imageCaptcha: { reason: 'OK' } } });
    }
    await shop.redis.flushdb();
  });

  test('a body of just 16 KB is read', async () => {
    const response = await call({ method: 'POST', headers: JSON_TYPE, body: BODY + ' '.repeat(16_384 - BODY.length) });
    expect(response.status).toBe(200);
    await shop.redis.flushdb();
  });

  test('answers are kept by nobody and sniffed by nobody', async () => {
    const { headers } = await shop.api().query('{ __typename }');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
  });
});

describe('Bounds of a query', () => {
  let server: ServerProcess;
  let api: ApiClient;

  beforeAll(async () => {
    server = await startServer();
    api = new ApiClient(server.url);
  }, 60_000);

  afterAll(() => server?.stop());

  const nested = (levels: number): string =>
    `{ __schema { types { fields { type { ${'ofType { '.repeat(levels)} name ${'} '.repeat(levels)} } } } } }`;

  test('16 levels are answered, 17 are refused', async () => {
    // __schema, types, fields, type and name make five.
    expect((await api.query(nested(11))).status).toBe(200);
    const { status, body } = await api.query(nested(12));
    expect(status).toBe(400);
    expect(body.errors?.map(({ message }) => message)).toEqual(['The operation nests deeper than 16 levels.']);
  });

  test('levels are counted through fragments', async () => {
    const query = `{ __schema { types { fields { type { ...A } } } } }
      fragment A on __Type { ${'ofType { '.repeat(7)} ...B ${'} '.repeat(7)} }
      fragment B on __Type { ${'ofType { '.repeat(7)} name ${'} '.repeat(7)} }`;
    const { body } = await api.query(query);
    expect(body.errors?.map(({ message }) => message)).toContain('The operation nests deeper than 16 levels.');
  });

  test('600 tokens are read, more are not', async () => {
    const tokens = (count: number): string => `{ ${Array.from({ length: count - 2 }, (_, i) => `f${i}`).join(' ')} }`;
    const messages = async (text: string) => (await api.query(text)).body.errors?.map(({ message }) => message);
    expect((await messages(tokens(600)))?.[0]).toMatch(/^Cannot query field "f0"/);
    expect(await messages(tokens(601))).toEqual(['The query is too long.']);
  });
});

describe('Development and production', () => {
  const servers: ServerProcess[] = [];
  let development: ServerProcess;
  let production: ServerProcess;

  beforeAll(async () => {
    const shared = { STORE: 'memory', SMS_PROVIDERS: 'console' };
    development = await startServer(shared);
    production = await startServer({ ...shared, NODE_ENV: 'production' });
    servers.push(development, production);
  }, 60_000);

  afterAll(() => Promise.all(servers.map((server) => server.stop())));

  const sandbox = ({ url }: ServerProcess) => fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });

  test('a browser at /graphql finds Sandbox in development, and nothing in production', async () => {
    const page = await sandbox(development);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(await page.text()).toContain('id="sandbox"');
    // Sandbox's own script and frame, and requests to this server alone.
    expect(page.headers.get('content-security-policy')?.split('; ').sort()).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      'frame-src https://sandbox.embed.apollographql.com',
      'img-src data:',
      'media-src data:',
      "script-src 'self' https://embeddable-sandbox.cdn.apollographql.com",
      "style-src 'self' 'unsafe-inline'",
    ]);
    expect((await sandbox(production)).status).toBe(405);
  });

  test('introspection works in development, as tools ask for it, and not in production', async () => {
    const full = { query: getIntrospectionQuery(), operationName: 'IntrospectionQuery' };
    const answer = await new ApiClient(development.url).post(full);
    expect(answer.body.data).toHaveProperty('__schema.mutationType.name', 'Mutation');

    const production_ = new ApiClient(production.url);
    for (const query of [full.query, '{ __schema { types { name } } }', '{ __type(name: "Query") { name } }']) {
      const { status, text } = await production_.query(query);
      expect(status).toBe(400);
      expect(text).not.toContain('ImageCaptcha');
      // Not Apollo's advice to whoever wrote the server.
      expect(text).toContain('Read schema.graphql of the repository, or /schema.graphql where SCHEMA_SDL=true.');
    }
    // Which clients need, and which tells nothing that they did not name.
    expect((await production_.query('{ __typename }')).body).toEqual({ data: { __typename: 'Query' } });
  });

  test('a misspelt name gets a suggestion in development, none in production', async () => {
    const misspelt = [
      '{ imageCaptch { code } }',
      '{ imageCaptcha(knd: IMAGE) { code } }',
      '{ imageCaptcha { uid } }',
      '{ imageCaptcha(kind: IMAG) { code } }',
      '{ ... on Quer { __typename } }',
      'mutation { sendSmsCod(mobile: "1", imageCode: "1", uuid: "1") { code } }',
    ];
    const hints: boolean[] = [];
    for (const query of misspelt) {
      hints.push((await new ApiClient(development.url).query(query)).text.includes('Did you mean'));
      const { status, text } = await new ApiClient(production.url).query(query);
      expect(status).toBe(400);
      expect(text).not.toContain('Did you mean');
    }
    expect(hints.filter(Boolean).length).toBeGreaterThanOrEqual(4);
  });

  test('a stack is shown in neither', async () => {
    for (const { url } of servers) {
      const { text } = await new ApiClient(url).query('{ x }');
      expect(text).not.toMatch(/stacktrace|node_modules|\.js:/);
    }
  });
});
