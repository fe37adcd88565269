import { randomUUID } from 'node:crypto';
import { captchaOf } from '../harness/api-client';
import { OriginalPage, SAME_ORIGIN } from '../harness/original-page';
import { describeWithRedis } from '../harness/redis-server';
import { type ServerProcess, startServer } from '../harness/server-process';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';
import { waitUntil } from '../harness/wait-until';

const SHOP_PAGE = 'https://shop.example';
const STRANGER = 'https://stranger.example';
/** `Sec-Fetch-Site` as browsers send it, and what else they tell. */
type Headers = Readonly<Record<string, string>>;

const TEXTS = [
  '缺少必传参数',
  '手机号格式不正确',
  '输入图形验证码有误',
  '图形验证码失效',
  '操作过于频繁，请稍后再试',
  '发送短信成功',
];

/** The answers of a dialect that tells by `code`: five failures, then a success. */
function coded(ok: number | string, failures: readonly (number | string)[]): { status: number; body: unknown }[] {
  return TEXTS.map((errmsg, i) => ({ status: 200, body: { code: failures[i] ?? ok, errmsg } }));
}

const BY_STATUS = TEXTS.map((message, i) =>
  i < 5 ? { status: 400, body: { message } } : { status: 200, body: { message: 'OK' } },
);

describeWithRedis('The interface of the original', () => {
  let shop: Shop;
  let page: OriginalPage;
  const others: ServerProcess[] = [];
  jest.setTimeout(60_000);

  beforeAll(async () => {
    shop = await Shop.open({ ...NO_CLIENT_LIMITS, ORIGINAL_API: '1', CORS_ORIGINS: SHOP_PAGE });
    page = new OriginalPage(shop.server.url);
  });
  afterAll(() => Promise.all(others.map((server) => server.stop())));

  const issue = async (from = page): Promise<{ uuid: string; imageCode: string }> => {
    const uuid = randomUUID();
    expect((await from.picture(uuid)).status).toBe(200);
    return { uuid, imageCode: await captchaOf(shop.redis, uuid) };
  };
  const speaking = async (environment: Headers): Promise<OriginalPage> => {
    const server = await startServer({ ...shop.environment, ...environment });
    others.push(server);
    return new OriginalPage(server.url);
  };

  test('switched off, it is answered like any path that is not there', async () => {
    const off = await speaking({ ORIGINAL_API: '' });
    const answerOf = async (path: string) => {
      const response = await off.get(path);
      const headers = [...response.headers].filter(([name]) => name !== 'date');
      return { status: response.status, headers, text: await response.text() };
    };
    const nothing = await answerOf('/nothing');
    expect(nothing.status).toBe(404);
    for (const path of [
      `/image_codes/${randomUUID()}/`,
      '/sms_codes/13800138000/?image_code=abcd&uuid=12345678',
      '/verifications/smscodes/13800138000',
      '/verifications/imagecodes/12345678/',
    ])
      expect(await answerOf(path)).toEqual(nothing);
    expect(await shop.redis.keys('img:*')).toEqual([]);
  });

  describe('a picture', () => {
    test('is a PNG file that nobody keeps, under the id that the page made', async () => {
      const uuid = randomUUID();
      const response = await page.picture(uuid);
      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'image/png',
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
      });
      const file = Buffer.from(await response.arrayBuffer());
      expect(file.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
      expect(await captchaOf(shop.redis, uuid)).toMatch(/^[A-Z0-9]{5}$/);
      expect(await shop.redis.ttl(`img:${uuid}`)).toBeGreaterThan(290);
    });

    test('never takes over one that is alive, whoever issued it', async () => {
      const own = await issue();
      const { uuid, imageCode } = await shop.solved();
      for (const [id, text] of [
        [own.uuid, own.imageCode],
        [uuid, imageCode],
      ] as const) {
        const again = await page.picture(id);
        expect(again.status).toBe(409);
        expect(again.headers.get('content-type')).toMatch(/json/);
        expect(await captchaOf(shop.redis, id)).toBe(text);
      }
    });

    test.each([
      '1234567',
      'a'.repeat(65),
      'a%0ab-12345',
      '%7Bsms%3A13800138000%7D',
      '12345678%20',
      'sms:13800138000',
      '*********',
      '%E4%B8%80%E4%B8%80%E4%B8%80',
    ])('of an id such as %s is not drawn', async (id) => {
      const before = await shop.redis.dbsize();
      expect((await page.get(`/image_codes/${id}/`)).status).toBe(400);
      expect(await shop.redis.dbsize()).toBe(before);
    });
  });

  describe('from another page', () => {
    const mayAsk = async (headers: Headers) => {
      const { uuid, imageCode } = await shop.seededCaptcha();
      const asking = new OriginalPage(shop.server.url, headers);
      const picture = await asking.picture();
      const sent = await asking.get(`/sms_codes/${shop.newMobile()}/?image_code=${imageCode}&uuid=${uuid}`);
      const spent = (await shop.redis.exists(`img:${uuid}`)) === 0;
      expect({ spent, status: sent.status }).toEqual({ spent, status: spent ? 200 : 403 });
      return { picture: picture.status, sent: sent.status };
    };
    const both = (status: number) => ({ picture: status, sent: status });

    test.each<[string, Headers]>([
      ['nothing, as of a script', {}],
      ['cross-site', { 'sec-fetch-site': 'cross-site' }],
      ['same-site', { 'sec-fetch-site': 'same-site' }],
      ['an address that somebody typed', { 'sec-fetch-site': 'none' }],
      ['a stranger', { 'sec-fetch-site': 'cross-site', origin: STRANGER }],
      ['a stranger over http', { origin: STRANGER, referer: `${STRANGER}/` }],
      ['no page', { 'sec-fetch-site': 'cross-site', origin: 'null' }],
      ['a stranger in an <img>', { 'sec-fetch-site': 'cross-site', referer: `${STRANGER}/` }],
      ['a name that begins like ours', { referer: `${SHOP_PAGE}.stranger.example/` }],
      ['what is no address', { referer: 'shop' }],
      ['a name longer than any', { referer: `http://${'a'.repeat(301)}/` }],
    ])('%s: neither a picture nor a message', async (_, headers) => {
      expect(await mayAsk(headers)).toEqual(both(403));
    });

    test('of an allowed origin: both, and the browser may show them and send cookies along', async () => {
      expect(await mayAsk({ 'sec-fetch-site': 'cross-site', origin: SHOP_PAGE })).toEqual(both(200));
      const response = await new OriginalPage(shop.server.url, { origin: SHOP_PAGE }).picture();
      expect(response.headers.get('access-control-allow-origin')).toBe(SHOP_PAGE);
      expect(response.headers.get('access-control-allow-credentials')).toBe('true');
      expect(response.headers.get('vary')).toMatch(/origin/i);
      const preflight = await fetch(`${shop.server.url}/sms_codes/13800138000/`, {
        method: 'OPTIONS',
        headers: { origin: SHOP_PAGE, 'access-control-request-method': 'GET' },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get('access-control-allow-methods')).toBe('GET');
      expect(preflight.headers.get('access-control-max-age')).toBe('600');
    });

    test('of an allowed origin in an <img>, which has no Origin: the picture alone', async () => {
      for (const site of ['same-site', 'cross-site']) {
        const headers = { 'sec-fetch-site': site, referer: `${SHOP_PAGE}/register.html` };
        expect(await mayAsk(headers)).toEqual({ picture: 200, sent: 403 });
      }
    });

    test.each(['image', 'document', 'iframe', 'script'])(
      'of our own, on which a stranger could put a link or a picture of it (%s): the picture alone',
      async (destination) => {
        expect(await mayAsk({ ...SAME_ORIGIN, 'sec-fetch-dest': destination })).toEqual({ picture: 200, sent: 403 });
        expect(await mayAsk({ ...SAME_ORIGIN, 'sec-fetch-dest': 'empty' })).toEqual(both(200));
      },
    );

    test('of our own over plain http, where browsers tell no Sec-Fetch-Site: both, by the Referer', async () => {
      expect(await mayAsk({ referer: `${shop.server.url}/register/` })).toEqual(both(200));
    });

    test('a stranger learns nothing that CORS would show', async () => {
      const response = await new OriginalPage(shop.server.url, { origin: STRANGER }).picture();
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    });

    test.each(['POST', 'PUT', 'HEAD', 'DELETE'])('by %s: refused', async (method) => {
      const { uuid, imageCode } = await shop.seededCaptcha();
      for (const path of [
        `/image_codes/${randomUUID()}/`,
        `/sms_codes/13800138000/?image_code=${imageCode}&uuid=${uuid}`,
      ]) {
        const response = await fetch(shop.server.url + path, { method, headers: SAME_ORIGIN });
        expect(response.status).toBe(405);
        expect(response.headers.get('allow')).toBe('GET');
      }
      expect(await shop.redis.exists(`img:${uuid}`)).toBe(1);
    });
  });

  describe('a message', () => {
    test.each([
      ['/sms_codes/MOBILE/?image_code=ANSWER&uuid=UUID'],
      ['/sms_codes/MOBILE?img_code=ANSWER&uid=UUID'],
      ['/sms_codes/MOBILE/?text=ANSWER&image_code_id=UUID'],
      ['/smscode/MOBILE/?image_code=ANSWER&image_code_id=UUID'],
      ['/verifications/smscodes/MOBILE/?text=ANSWER&image_code_id=UUID'],
      ['/verifications/sms_codes/MOBILE?image_code=&text=ANSWER&uuid=UUID'],
      ['/sms_codes/MOBILE/?image_code=%20&img_code=ANSWER&uuid=UUID'],
    ])('%s is sent, and its code is good for registering under the id of the page', async (pattern) => {
      const { uuid, imageCode } = await issue();
      const mobile = shop.newMobile();
      shop.newMessages();
      const path = pattern.replace('MOBILE', mobile).replace('ANSWER', imageCode.toLowerCase()).replace('UUID', uuid);
      const response = await page.get(path);
      expect(await response.json()).toEqual({ code: 200, errmsg: '发送短信成功' });
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(shop.standIn.accepted).toEqual([expect.objectContaining({ mobile })]);
      const code = shop.lastCode();
      expect(await shop.redis.get(`sms:${mobile}`)).toBe(code);
      const verify = (purpose: string) => shop.api().verifySmsCode(mobile, code, uuid, purpose);
      expect(await verify('LOGIN')).toMatchObject({ reason: 'SMS_CODE_EXPIRED' });
      expect(await verify('REGISTER')).toMatchObject({ reason: 'OK' });
    });

    test.each([`/verifications/image_codes/ID/`, '/imagecodes/ID', '/image_code/ID/', '/verifications/imagecodes/ID/'])(
      'the picture stands under %s as well',
      async (pattern) => {
        expect((await page.get(pattern.replace('ID', randomUUID()))).status).toBe(200);
      },
    );

    test.each([
      ['1', coded(200, [400, 400, 400, 400, 400])],
      ['listing', coded(0, [400, 400, 400, 400, 400])],
      ['numbers-4', coded(0, [4003, 4002, 4001, 4001, 4002])],
      ['strings-4', coded('0', ['4003', '4002', '4001', '4001', '4002'])],
      ['status', BY_STATUS],
    ])('in the dialect %s', async (dialect, expected) => {
      const speaker = await speaking({ ORIGINAL_API: dialect });
      const mobile = shop.newMobile();
      const [blank, wrong, right, again] = [
        await issue(speaker),
        await issue(speaker),
        await issue(speaker),
        await issue(speaker),
      ];
      expect(right.imageCode).toHaveLength(dialect.endsWith('-4') ? 4 : 5);
      const answers = [
        await speaker.send(mobile, ' ', blank.uuid),
        await speaker.send('12800138000', blank.imageCode, blank.uuid),
        await speaker.send(mobile, '????', wrong.uuid),
        await speaker.send(mobile, wrong.imageCode, wrong.uuid),
      ];
      const sent = await speaker.send(mobile, right.imageCode, right.uuid);
      answers.push(await speaker.send(mobile, again.imageCode, again.uuid), sent);
      expect(answers).toEqual(expected);
      // Neither a blank nor a mobile that is none costs the captcha.
      expect(await shop.redis.exists(`img:${blank.uuid}`)).toBe(1);
    });

    test('is answered in English where the browser prefers it', async () => {
      const english = new OriginalPage(shop.server.url, { ...SAME_ORIGIN, 'accept-language': 'en' });
      expect((await english.send('13800138000', 'x', randomUUID())).body).toEqual({
        code: 400,
        errmsg: 'The captcha has expired',
      });
    });

    test('without an id: as any parameter that is missing', async () => {
      expect((await page.send(shop.newMobile(), 'HAPPY', ' ')).body).toEqual({ code: 400, errmsg: '缺少必传参数' });
    });

    test('of an id that no page makes: as one that is not there', async () => {
      await shop.redis.set('img:short', 'HAPPY', 'EX', 300);
      expect((await page.send(shop.newMobile(), 'HAPPY', 'short')).body).toEqual({
        code: 400,
        errmsg: '图形验证码失效',
      });
      expect(await shop.redis.get('img:short')).toBe('HAPPY');
    });
  });

  test('has the limits of GraphQL, counted together', async () => {
    const limited = await speaking({ ABUSE_POLICY: 'off', CAPTCHA_PER_CLIENT_MINUTE: '2', SMS_PER_CLIENT_HOUR: '1' });
    const captchas = [await issue(limited), await issue(limited)];
    const refused = await limited.picture();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    const sends = [];
    for (const { imageCode, uuid } of captchas) sends.push(await limited.send(shop.newMobile(), imageCode, uuid));
    expect(sends.map(({ body }) => body)).toEqual([
      { code: 200, errmsg: '发送短信成功' },
      { code: 400, errmsg: '次数已达上限，请稍后再试' },
    ]);
  });

  test('is counted in the metrics, and leaves nothing of a query in the log', async () => {
    const server = await startServer({ ...shop.environment, LOG_LEVEL: 'trace' });
    others.push(server);
    const speaker = new OriginalPage(server.url);
    const { uuid, imageCode } = await issue(speaker);
    // An id that is taken is a mistake of the page, and no fault of the server.
    expect((await speaker.picture(uuid)).status).toBe(409);
    const mobile = shop.newMobile();
    await speaker.send(mobile, imageCode, uuid);
    await speaker.send(mobile, imageCode, uuid);
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    for (const labels of ['operation="imageCaptcha",reason="OK"', 'operation="sendSmsCode",reason="OK"'])
      expect(metrics).toContain(labels);
    expect(metrics).not.toMatch(/reason="ERROR"[^}]*\} [1-9]/);
    await waitUntil('the message is logged', () => server.stdout.includes('SMS accepted'));
    const log = server.stdout + server.stderr;
    for (const secret of [uuid, imageCode, mobile, shop.lastCode()]) expect(log).not.toContain(secret);
  });

  test('says that the service is unavailable, and sends nothing, while Redis is gone', async () => {
    const own = await Shop.open({ ...NO_CLIENT_LIMITS, ORIGINAL_API: 'listing', REDIS_TIMEOUT_MS: '300' });
    const { uuid, imageCode } = await own.seededCaptcha();
    await own.redisServer.kill();
    const speaker = new OriginalPage(own.server.url);
    expect((await speaker.picture()).status).toBe(503);
    expect((await speaker.send('13800138000', imageCode, uuid)).body).toEqual({
      code: 400,
      errmsg: '服务暂不可用，请稍后再试',
    });
    expect(own.newMessages()).toEqual([]);
    await own.close();
  });
});
