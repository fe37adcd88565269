import { StoreUnavailableError } from '../../src/store/store';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { type AgedRedis, openAgedRedis } from './aged-redis';
import {
  ALL_WINDOWS as ALL,
  captcha,
  GUESSES,
  granted,
  HOUR,
  MOBILE,
  perMinute,
  reservation,
  SECOND,
} from './requests';

describeWithRedis('what other services of the shop find on Redis', () => {
  let server: RedisServer;
  let redis: AgedRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    redis = await openAgedRedis(server.url);
  });
  afterEach(() => redis.close());

  const keys = async () => (await redis.client.keys('*')).sort();
  const expectLife = async (key: string, ms: number) => {
    const left = await redis.client.pttl(key);
    expect(left).toBeLessThanOrEqual(ms);
    expect(left).toBeGreaterThan(ms - SECOND);
  };
  const verify = (code: string) => redis.store.verifyCode(MOBILE, code, GUESSES);

  test('img:{uuid} is the text of the captcha for 300 s, and gone once it was tried', async () => {
    await redis.store.issueCaptcha(captcha({ uuid: '6f1c', text: 'AbC9E' }));
    expect(await redis.client.get('img:6f1c')).toBe('AbC9E');
    await expectLife('img:6f1c', 300 * SECOND);
    await redis.store.takeCaptcha('6f1c');
    expect(await redis.client.exists('img:6f1c')).toBe(0);
  });

  test('sms:{mobile} is the code as six plain digits for 300 s, and gone once it was right', async () => {
    await redis.store.reserveSend(reservation({ code: '000042' }));
    expect(await redis.client.get('sms:13800138000')).toBe('000042');
    await expectLife('sms:13800138000', 300 * SECOND);
    await verify('000042');
    expect(await keys()).toEqual([]);
  });

  test('what belongs to a mobile shares the hash tag of its code, and every key has the life of its window', async () => {
    await redis.store.issueCaptcha(captcha({ windows: [perMinute(60)] }));
    await redis.store.reserveSend(
      reservation({ windows: ALL, solved: { ...captcha().unsolved, key: '{client:b}:unsolved' } }),
    );
    await verify('999999');
    expect(await keys()).toEqual([
      'budget:day',
      'img:uuid-1',
      'sms:13800138000',
      '{client:a}:captchas',
      '{client:a}:sms',
      '{client:a}:unsolved',
      '{sms:13800138000}:attempts',
      '{sms:13800138000}:cooldown',
      '{sms:13800138000}:day',
      '{sms:13800138000}:failures',
      '{sms:13800138000}:hour',
    ]);
    await expectLife('budget:day', 24 * HOUR);
    await expectLife('{client:a}:captchas', 60 * SECOND);
    await expectLife('{client:a}:sms', HOUR);
    await expectLife('{client:a}:unsolved', 600 * SECOND);
    await expectLife('{sms:13800138000}:attempts', 300 * SECOND);
    await expectLife('{sms:13800138000}:cooldown', 60 * SECOND);
    await expectLife('{sms:13800138000}:day', 24 * HOUR);
    await expectLife('{sms:13800138000}:failures', 24 * HOUR);
    await expectLife('{sms:13800138000}:hour', HOUR);
  });

  test('a window stays as long as its latest event counts, released or refused sends notwithstanding', async () => {
    const first = granted(await redis.store.reserveSend(reservation({ windows: ALL })));
    await redis.advance(1800 * SECOND);
    await redis.store.reserveSend(reservation({ windows: ALL, code: '222222' }));
    expect((await redis.store.reserveSend(reservation({ windows: ALL }))).status).toBe('refused');
    await redis.store.releaseSend({ mobile: MOBILE, code: '135790', windows: ALL, countedAt: first.countedAt });
    await expectLife('{sms:13800138000}:hour', HOUR);
    await redis.advance(HOUR);
    expect(await keys()).toEqual(['budget:day', '{sms:13800138000}:day']);
    await redis.advance(23 * HOUR);
    expect(await keys()).toEqual([]);
  });

  test('a released send leaves nothing behind', async () => {
    const reserved = granted(await redis.store.reserveSend(reservation({ windows: ALL })));
    await verify('999999');
    await redis.store.releaseSend({ mobile: MOBILE, code: '135790', windows: ALL, countedAt: reserved.countedAt });
    expect(await keys()).toEqual(['{sms:13800138000}:failures']);
  });

  test('a captcha that another service wrote is taken like our own', async () => {
    await redis.client.set('img:theirs', 'wxyz', 'EX', 300);
    expect(await redis.store.takeCaptcha('theirs')).toBe('wxyz');
    expect(await redis.store.takeCaptcha('theirs')).toBeNull();
  });

  test('a code that another service wrote is checked like our own, and its attempts start afresh', async () => {
    await redis.store.reserveSend(reservation({ code: '111111' }));
    for (let i = 0; i < 4; i++) await verify('999999');
    await redis.client.set('sms:13800138000', '222222', 'EX', 300);
    expect(await verify('111111')).toEqual({ status: 'mismatch', attemptsLeft: 4 });
    expect(await verify('222222')).toEqual({ status: 'ok' });
    expect(await keys()).toEqual([]);
  });

  test('a code that another service wrote over a void one is good', async () => {
    await redis.store.reserveSend(reservation({ code: '111111' }));
    for (let i = 0; i < 5; i++) await verify('999999');
    expect((await verify('111111')).status).toBe('locked');
    await redis.client.set('sms:13800138000', '222222', 'EX', 300);
    expect(await verify('222222')).toEqual({ status: 'ok' });
  });

  test('a code that another service wrote without an expiry leaves no key of ours without one', async () => {
    await redis.client.set('sms:13800138000', '222222');
    expect(await verify('999999')).toEqual({ status: 'mismatch', attemptsLeft: 4 });
    expect(await redis.client.pttl('{sms:13800138000}:attempts')).toBeGreaterThan(0);
    expect(await redis.client.pttl('{sms:13800138000}:failures')).toBeGreaterThan(0);
    expect(await verify('222222')).toEqual({ status: 'ok' });
  });

  test('a code that another service deleted is expired', async () => {
    await redis.store.reserveSend(reservation());
    await redis.client.del('sms:13800138000');
    expect(await verify('135790')).toEqual({ status: 'expired' });
  });

  test.each(['{sms:13800138000}:hour', '{sms:13800138000}:failures', 'sms:13800138000', 'budget:day'])(
    'a list in the place of %s is not taken for nothing: no send is let through',
    async (key) => {
      await redis.client.rpush(key, 'something else');
      await expect(redis.store.reserveSend(reservation({ windows: ALL }))).rejects.toBeInstanceOf(
        StoreUnavailableError,
      );
      expect(await keys()).toEqual([key]);
    },
  );
});
