import { describeWithRedis } from '../harness/redis-server';
import { Shop } from '../harness/shop';
import { waitUntil } from '../harness/wait-until';
import { open, postJson } from './support/raw-client';

const SEND =
  'mutation ($m: String!, $c: String!, $u: String!) { sendSmsCode(mobile: $m, imageCode: $c, uuid: $u) { reason } }';
const TWO = `mutation A ${SEND.slice(9)} mutation B { __typename }`;

describeWithRedis('What HTTP will refuse is refused before anything runs', () => {
  let shop: Shop;
  jest.setTimeout(60_000);

  beforeAll(async () => {
    shop = await Shop.open();
    // Both texts are remembered from here on, so that the fast path has its say.
    for (const query of [SEND, TWO])
      await post({ query, operationName: query === TWO ? 'A' : null, variables: { m: '1', c: '1', u: '1' } });
  });

  afterAll(() => shop?.close());

  const post = (body: object, headers: Record<string, string> = {}) =>
    fetch(`${shop.server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  test.each<[string, number, object, Record<string, string>]>([
    ['Accept: text/html', 406, {}, { accept: 'text/html' }],
    ['Accept: image/png, application/json;q=0', 406, {}, { accept: 'image/png, application/json;q=0' }],
    ['Accept: no media type', 406, {}, { accept: 'x' }],
    ['Accept: callbacks alone', 406, {}, { accept: 'application/json;callbackSpec=1.0' }],
    ['an operation that is not there', 400, { operationName: 'Other' }, {}],
    ['two operations and no name', 400, { query: TWO }, {}],
    // 200 is what Apollo's clients expect of a server that doesn't know such queries.
    ['a persisted query', 200, { extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }, {}],
    ['a second body in it', 400, { query: [SEND] }, {}],
    ['a compressed body', 415, {}, { 'content-encoding': 'gzip' }],
    ['another content type', 400, {}, { 'content-type': 'text/plain' }],
  ])('%s: %d', async (_, status, more, headers) => {
    // The texts that are remembered, and one that nobody has seen.
    for (const fresh of ['', ` # ${Math.random()}`]) {
      const { uuid, imageCode } = await shop.seededCaptcha();
      const body = { query: SEND, variables: { m: shop.newMobile(), c: imageCode, u: uuid }, ...more };
      if (typeof body.query === 'string') body.query += fresh;
      const answer = await post(body, headers);
      expect(answer.status).toBe(status);
      expect(await answer.json()).toMatchObject({ errors: [{ message: expect.any(String) }] });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(await shop.redis.exists(`img:${uuid}`)).toBe(1);
    }
    expect(shop.newMessages()).toEqual([]);
  });

  test('a subscription: 400 when validated, each time, and nothing in the log', async () => {
    for (let i = 0; i < 3; i++) {
      const answer = await post({ query: 'subscription { __typename }' });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({
        errors: [{ message: 'The schema has no subscription.', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
      });
    }
    expect(shop.server.logs.filter(({ level }) => level >= 50)).toEqual([]);
  });

  test('a client that hung up in the middle of its body', async () => {
    const { uuid, imageCode } = await shop.seededCaptcha();
    const body = JSON.stringify({ query: SEND, variables: { m: shop.newMobile(), c: imageCode, u: uuid } });
    const socket = await open(shop.server.port);
    // What is missing is a blank: the JSON is whole.
    socket.write(postJson(`${body} `).slice(0, -1));
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.resume().end();
    await waitUntil('it is gone', () => socket.closed);
    await post({ query: '{ __typename }' });
    expect(await shop.redis.exists(`img:${uuid}`)).toBe(1);
    expect(shop.newMessages()).toEqual([]);
  });

  test('a field named tokens is not taken for a query that is too long', async () => {
    const answer = await post({ query: '{ __typename } tokens' });
    expect(await answer.json()).toMatchObject({
      errors: [{ message: expect.stringMatching(/^The query is not valid GraphQL at line 1/) }],
    });
  });
});
