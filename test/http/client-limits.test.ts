import { randomUUID } from 'node:crypto';
import { ApiClient, type Payload } from '../harness/api-client';
import { describeWithRedis } from '../harness/redis-server';
import { type ServerProcess, startServer } from '../harness/server-process';
import { Shop } from '../harness/shop';

type Environment = Readonly<Record<string, string>>;

describeWithRedis('Limits of a client', () => {
  let shop: Shop;
  const started: ServerProcess[] = [];
  jest.setTimeout(60_000);

  beforeAll(async () => {
    shop = await Shop.open();
  });

  beforeEach(() => shop.redis.flushdb());

  afterAll(async () => {
    await Promise.all(started.map((server) => server.stop()));
    await shop?.close();
  });

  /** Asks for captchas, each time with another X-Forwarded-For. */
  async function asker(environment: Environment): Promise<(forwardedFor?: string) => Promise<string>> {
    const server = await startServer({ ...shop.environment, CAPTCHA_PER_CLIENT_MINUTE: '3', ...environment });
    started.push(server);
    return async (forwardedFor) => {
      const api = new ApiClient(server.url, forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor });
      return (await api.imageCaptcha()).reason;
    };
  }

  async function reasonsOf(ask: (forwardedFor?: string) => Promise<string>, addresses: (string | undefined)[]) {
    const reasons: string[] = [];
    for (const address of addresses) reasons.push(await ask(address));
    return reasons;
  }

  const THREE = ['OK', 'OK', 'OK'];

  test('without a proxy, whatever is forwarded changes nothing', async () => {
    const ask = await asker({});
    const forged = ['203.0.113.1', '203.0.113.2, 203.0.113.3', '2001:db8::1', undefined, 'unknown'];
    expect(await reasonsOf(ask, forged)).toEqual([...THREE, 'QUOTA_EXCEEDED', 'QUOTA_EXCEEDED']);
  });

  test('behind one proxy, the entry that it appended counts, and the ones before it are made up', async () => {
    const ask = await asker({ TRUST_PROXY: '1' });
    expect(await reasonsOf(ask, ['1.1.1.1, 203.0.113.7', '2.2.2.2, 203.0.113.7', '203.0.113.7'])).toEqual(THREE);
    expect(await reasonsOf(ask, ['3.3.3.3, 203.0.113.7', '203.0.113.7, 203.0.113.8'])).toEqual([
      'QUOTA_EXCEEDED',
      'OK',
    ]);
  });

  test('behind a proxy, the interface of the original counts the same clients', async () => {
    const server = await startServer({
      ...shop.environment,
      ...{ TRUST_PROXY: '1', CAPTCHA_PER_CLIENT_MINUTE: '2', ORIGINAL_API: 'table' },
    });
    started.push(server);
    const graphql = async (client: string) =>
      (await new ApiClient(server.url, { 'x-forwarded-for': client }).imageCaptcha()).reason;
    const picture = async (client: string) => {
      const headers = { 'sec-fetch-site': 'same-origin', 'x-forwarded-for': client };
      return (await fetch(`${server.url}/image_codes/${randomUUID()}/`, { headers })).status;
    };
    expect([await picture('203.0.113.7'), await graphql('203.0.113.7')]).toEqual([200, 'OK']);
    expect([await picture('203.0.113.7'), await graphql('203.0.113.7')]).toEqual([429, 'QUOTA_EXCEEDED']);
    expect([await picture('203.0.113.8'), await graphql('203.0.113.8')]).toEqual([200, 'OK']);
  });

  test('behind two proxies, the second from the right', async () => {
    const ask = await asker({ TRUST_PROXY: '2' });
    const [mine, other] = ['9.9.9.9, 203.0.113.7, 10.0.0.9', '203.0.113.7, 203.0.113.8, 10.0.0.9'];
    expect(await reasonsOf(ask, [mine, mine, mine, mine, other])).toEqual([...THREE, 'QUOTA_EXCEEDED', 'OK']);
  });

  test('past the proxies: the connection’s own address, one for all who do so', async () => {
    const ask = await asker({ TRUST_PROXY: '2' });
    expect(await reasonsOf(ask, [undefined, '203.0.113.1', '203.0.113.2', '203.0.113.3'])).toEqual([
      ...THREE,
      'QUOTA_EXCEEDED',
    ]);
  });

  test('among all the headers that are read: a proxy may write its own last', async () => {
    const server = await startServer({ ...shop.environment, CAPTCHA_PER_CLIENT_MINUTE: '1', TRUST_PROXY: '1' });
    started.push(server);
    const ask = async (address: string, others: number): Promise<string> => {
      const headers = Object.fromEntries(Array.from({ length: others }, (_, i) => [`d${i}`, '']));
      const api = new ApiClient(server.url, { ...headers, 'x-forwarded-for': address });
      const { status, body } = await api.query('{ imageCaptcha { reason } }');
      return body.data ? (body.data.imageCaptcha as { reason: string }).reason : String(status);
    };
    expect(await reasonsOf((address = '') => ask(address, 180), ['203.0.113.7', '203.0.113.8', '203.0.113.7'])).toEqual(
      ['OK', 'OK', 'QUOTA_EXCEEDED'],
    );
    // Where Node would drop some, nobody is taken for somebody else.
    expect(await ask('203.0.113.9', 1_200)).toBe('431');
  });

  test('an IPv6 client is its /64, an IPv4 client one address, however it is written', async () => {
    const ask = await asker({ TRUST_PROXY: '1' });
    const same = ['2001:db8:1:2::1', '2001:0db8:0001:0002:ffff:ffff:ffff:ffff', '[2001:db8:1:2::3]:4711'];
    expect(await reasonsOf(ask, [...same, '2001:db8:1:2:8000::'])).toEqual([...THREE, 'QUOTA_EXCEEDED']);
    expect(await ask('2001:db8:1:3::1')).toBe('OK');
    const mapped = ['203.0.113.7', '::ffff:203.0.113.7', '203.0.113.7:4711', '::ffff:cb00:7107'];
    expect(await reasonsOf(ask, mapped)).toEqual([...THREE, 'QUOTA_EXCEEDED']);
  });

  test('messages are counted for the client too: one an hour, then QUOTA_EXCEEDED, and another client is free', async () => {
    const server = await startServer({ ...shop.environment, SMS_PER_CLIENT_HOUR: '1', TRUST_PROXY: '1' });
    started.push(server);
    const send = async (forwardedFor: string): Promise<Payload> =>
      new ApiClient(server.url, { 'x-forwarded-for': forwardedFor }).sendSmsCode({
        mobile: shop.newMobile(),
        ...(await shop.seededCaptcha()),
      });
    shop.newMessages();
    expect(await send('203.0.113.7')).toMatchObject({ reason: 'OK' });
    expect(await send('1.2.3.4, 203.0.113.7')).toMatchObject({ code: 400, reason: 'QUOTA_EXCEEDED' });
    expect(await send('203.0.113.8')).toMatchObject({ reason: 'OK' });
    expect(shop.newMessages()).toHaveLength(2);
  });

  test('no address stands in Redis, only what the holder of the key can make of it', async () => {
    const ask = await asker({ TRUST_PROXY: '1' });
    await ask('203.0.113.7');
    const keys = await shop.redis.keys('*');
    expect(keys.filter((key) => key.startsWith('{client:'))).toHaveLength(2);
    expect(keys.join()).not.toContain('203.0.113');
  });
});
