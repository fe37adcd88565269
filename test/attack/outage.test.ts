import { once } from 'node:events';
import { Redis } from 'ioredis';
import type { Payload } from '../harness/api-client';
import { Load } from '../harness/load';
import { describeWithRedis } from '../harness/redis-server';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';
import { waitUntil } from '../harness/wait-until';

const REDIS_TIMEOUT_MS = 500;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const UNAVAILABLE = {
  code: 400,
  errmsg: '服务暂不可用，请稍后再试',
  reason: 'SERVICE_UNAVAILABLE',
  retryAfter: null,
};

describeWithRedis('Without Redis', () => {
  let shop: Shop;
  /** Fails fast while Redis is gone, so that load goes on. */
  let seeds: Redis;
  jest.setTimeout(60_000);

  async function open(redisTimeoutMs: number): Promise<void> {
    shop = await Shop.open({
      ...NO_CLIENT_LIMITS,
      SMS_DAILY_BUDGET: '0',
      REDIS_TIMEOUT_MS: String(redisTimeoutMs),
    });
    seeds = new Redis(shop.redisServer.url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      retryStrategy: () => 50,
    });
    seeds.on('error', () => undefined);
    await once(seeds, 'ready');
  }

  beforeEach(() => open(REDIS_TIMEOUT_MS));

  const close = async () => {
    seeds?.disconnect();
    await shop?.close();
  };
  afterEach(close);

  /** Captchas, sends and verifications, as they come from people; a send adds its mobile to `asked`. */
  function load(asked: string[] = []): Load<Payload> {
    return new Load(12, async (lane) => {
      const api = shop.api();
      if (lane % 3 === 0) return api.imageCaptcha();
      if (lane % 3 === 1) return api.verifySmsCode(shop.newMobile(), '123456', 'u');
      // While Redis is gone there is no captcha, and the send is refused before one would be missed.
      const captcha = await shop.seededCaptcha(seeds).catch(() => ({ uuid: 'none', imageCode: 'none' }));
      const mobile = shop.newMobile();
      asked.push(mobile);
      return api.sendSmsCode({ mobile, ...captcha });
    });
  }

  /** Every answer came, in time and as data. */
  function expectStructured(calls: Load<Payload>['calls'], withinMs: number): void {
    expect(calls.filter(({ answer }) => answer === undefined)).toEqual([]);
    expect(Math.max(...calls.map(({ tookMs }) => tookMs))).toBeLessThan(withinMs);
  }

  test('killed under load: every answer is SERVICE_UNAVAILABLE within 3 s, nothing is sent, and it works again within 2 s of its return', async () => {
    const asked: string[] = [];
    const running = load(asked);
    await waitUntil('messages flow', () => shop.standIn.accepted.length > 20);
    await shop.redisServer.kill();
    const goneAt = running.now();
    // What was with the provider already may still arrive: what must not is a message that was asked for from now on.
    const askedBefore = new Set(asked);
    await pause(1500);

    expect(await shop.api().imageCaptcha()).toMatchObject(UNAVAILABLE);
    expect(await shop.api().sendSmsCode({ mobile: shop.newMobile(), uuid: 'u', imageCode: 'i' })).toEqual({
      ...UNAVAILABLE,
      expiresIn: null,
      smsId: null,
    });
    expect(await shop.api().verifySmsCode(shop.newMobile(), '123456', 'u')).toMatchObject(UNAVAILABLE);
    expect((await fetch(`${shop.server.url}/readyz`)).status).toBe(503);
    expect((await fetch(`${shop.server.url}/healthz`)).status).toBe(200);
    expect(asked.length).toBeGreaterThan(askedBefore.size);
    expect(shop.newMessages().filter(({ mobile }) => !askedBefore.has(mobile))).toEqual([]);
    const stillGoneAt = running.now();

    await shop.redisServer.restart();
    const backAt = performance.now();
    await waitUntil('captchas are issued again', async () => (await shop.api().imageCaptcha()).reason === 'OK');
    expect(performance.now() - backAt).toBeLessThan(4000);
    await waitUntil('messages flow again', () => shop.standIn.accepted.length > 20);

    const calls = await running.stop();
    expectStructured(calls, 5000);
    const meanwhile = calls.filter((call) => call.begunAt > goneAt && call.begunAt + call.tookMs < stillGoneAt);
    expect(meanwhile.length).toBeGreaterThan(50);
    expect(new Set(meanwhile.map(({ answer }) => answer?.reason))).toEqual(new Set(['SERVICE_UNAVAILABLE']));
    expect(shop.server.alive).toBe(true);
    expect(shop.server.stderr).toBe('');
  });

  test('stopped, its connections open: answers come within its time-out, and nothing of it happens later', async () => {
    const api = shop.api();
    await api.imageCaptcha();
    const captchas = await Promise.all(Array.from({ length: 6 }, () => shop.seededCaptcha()));
    const mobiles = captchas.map(() => shop.newMobile());
    const guessed = shop.newMobile();
    const request = await shop.seededCaptcha();
    await api.sendSmsCode({ mobile: guessed, ...request });
    const [message] = shop.newMessages();
    const tries = () => shop.redis.getBuffer(`{sms:${guessed}}:request:${request.uuid}`);
    const untried = await tries();
    const before = await shop.keys();

    shop.redisServer.pause();
    const running = new Load(3, async () => api.imageCaptcha());
    const begun = performance.now();
    const answers = await Promise.all([
      ...captchas.map((captcha, i) => api.sendSmsCode({ mobile: mobiles[i] ?? '', ...captcha })),
      api.verifySmsCode(guessed, 'wrong', request.uuid),
      api.verifySmsCode(guessed, String(message?.code), request.uuid),
      api.imageCaptcha(),
    ]);
    const tookMs = performance.now() - begun;
    await pause(2 * REDIS_TIMEOUT_MS);
    expectStructured(await running.stop(), REDIS_TIMEOUT_MS + 4000);
    expect(answers).toEqual(answers.map(() => expect.objectContaining(UNAVAILABLE)));
    expect(tookMs).toBeLessThan(REDIS_TIMEOUT_MS + 4000);

    shop.redisServer.resume();
    const backAt = performance.now();
    await waitUntil('verifications are answered again', async () => {
      const { reason } = await api.verifySmsCode('13900000000', '123456', 'u');
      return reason === 'SMS_CODE_EXPIRED';
    });
    expect(performance.now() - backAt).toBeLessThan(4000);
    await pause(500);
    // Every command that was on its way came too late to act: no captcha taken or issued, no guess counted, nothing sent.
    expect(await shop.keys()).toEqual(before);
    expect(await tries()).toEqual(untried);
    expect(shop.newMessages()).toEqual([]);
  });

  test('stopped in the middle of load and let go again: at most one message a captcha, and every key has an end', async () => {
    const used: string[] = [];
    const running = new Load(8, async () => {
      const captcha = await Promise.race([shop.seededCaptcha(), pause(2000)]);
      if (!captcha) return shop.api().imageCaptcha();
      const mobile = shop.newMobile();
      used.push(mobile);
      return shop.api().sendSmsCode({ mobile, ...captcha });
    });
    for (let round = 0; round < 3; round++) {
      const sent = shop.standIn.accepted.length;
      await waitUntil('messages flow', () => shop.standIn.accepted.length > sent + 10);
      shop.redisServer.pause();
      await pause(REDIS_TIMEOUT_MS * (round + 0.5));
      shop.redisServer.resume();
    }
    expectStructured(await running.stop(), 3 * REDIS_TIMEOUT_MS + 3000);
    const mobiles = shop.newMessages().map(({ mobile }) => mobile);
    expect(new Set(mobiles).size).toBe(mobiles.length);
    expect(await shop.endlessKeys()).toEqual([]);
  });

  test('a Redis that loses its scripts again and again is noticed by nobody', async () => {
    // Nothing here is about time, and a busy machine must not make it so.
    await close();
    await open(10_000);
    const running = load();
    await waitUntil('messages flow', () => shop.standIn.accepted.length > 5);
    for (let i = 0; i < 20; i++) {
      await shop.redis.script('FLUSH');
      await pause(25);
    }
    const calls = await running.stop();
    expect(calls.filter(({ answer }) => answer === undefined)).toEqual([]);
    const reasons = new Set(calls.map(({ answer }) => answer?.reason));
    expect(shop.server.logs.filter(({ level }) => level > 30)).toEqual([]);
    expect(reasons).toEqual(new Set(['OK', 'SMS_CODE_EXPIRED']));
  });
});
