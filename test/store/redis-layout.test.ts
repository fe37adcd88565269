import { allowanceRule } from '../../src/limits/allowances';
import { StoreKeys } from '../../src/store/keys';
import { openStore } from '../../src/store/open-store';
import type { CodeCheck, SendReservation } from '../../src/store/store';
import { countedLimits, StoreUnavailableError } from '../../src/store/store';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { type AgedRedis, openAgedRedis } from './aged-redis';
import {
  ALL_LIMITS as ALL,
  captcha,
  codeCheck,
  deviceDay,
  granted,
  guesses,
  HOUR,
  inboundArrival,
  inboundStart,
  liveCaptchas,
  MOBILE,
  networkMinute,
  parentLive,
  perMinute,
  reservation,
  reserveSolved,
  SECOND,
  tries,
  unsolved,
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
  const reserve = (uuid: string, changes: Partial<SendReservation> = {}) => reserveSolved(redis.store, uuid, changes);
  const check = (code: string, changes: Partial<CodeCheck> = {}) =>
    redis.store.checkCode(codeCheck({ code, uuid: 'a', ...changes }));

  test('img:{uuid} is the text of the captcha for 300 s, and gone once it was tried', async () => {
    await redis.store.issueCaptcha(captcha({ uuid: '6f1c', text: 'AbC9E' }));
    expect(await redis.client.get('img:6f1c')).toBe('AbC9E');
    await expectLife('img:6f1c', 300 * SECOND);
    await redis.store.reserveSend(reservation({ captcha: { uuid: '6f1c', answer: 'wrong' } }));
    expect(await redis.client.exists('img:6f1c')).toBe(0);
  });

  test('sms:{mobile} is the latest code as six plain digits for 300 s, and gone once a code of its purpose was right', async () => {
    await reserve('a', { code: '000042' });
    expect(await redis.client.get('sms:13800138000')).toBe('000042');
    await expectLife('sms:13800138000', 300 * SECOND);
    await reserve('b', { code: '000043' });
    expect(await redis.client.get('sms:13800138000')).toBe('000043');
    await check('000042');
    expect(await keys()).toEqual(['{sms:13800138000}:ended:REGISTER', '{sms:13800138000}:request:b']);
    await expectLife('{sms:13800138000}:ended:REGISTER', 600 * SECOND);
  });

  test('message:{smsId} is what became of a message, a line for each step, for as long as the first was told to stay', async () => {
    const note = { outcome: 'unknown', provider: 'tencent', code: 'timeout', at: 1 };
    await redis.store.noteMessage('3f2b', 'send', note, 24 * HOUR);
    await redis.store.noteMessage('3f2b', 'delivery', { ...note, outcome: 'delivered', code: 'DELIVRD' }, HOUR);
    expect(await redis.client.get('message:3f2b')).toBe(
      'send unknown tencent timeout 1\ndelivery delivered tencent DELIVRD 1\n',
    );
    await expectLife('message:3f2b', 24 * HOUR);
    await redis.store.linkMessage('tencent:2028:1', '3f2b', HOUR);
    expect(await redis.client.get('message:of:tencent:2028:1')).toBe('3f2b');
    await expectLife('message:of:tencent:2028:1', HOUR);
  });

  test('what belongs to a mobile shares the hash tag of its code, and every key has the life of what it is about', async () => {
    await redis.store.issueCaptcha(
      captcha({ limits: [perMinute(60), networkMinute(60), liveCaptchas(60), parentLive(60), unsolved(60)] }),
    );
    await reserve('a', { limits: ALL });
    await check('999999', { verifications: tries(9) });
    await check('999999', { uuid: 'unknown', guesses: guesses(9) });
    expect(await keys()).toEqual([
      'budget:day',
      'captchas:live',
      'img:uuid-1',
      'sms:13800138000',
      '{client:a}:captchas',
      '{client:a}:guesses',
      '{client:a}:sms',
      '{client:a}:unsolved',
      '{client:a}:verifications',
      '{network:n}:captchas',
      '{network:n}:sms',
      '{parent:p}:captchas:live',
      '{sms:13800138000}:cooldown',
      '{sms:13800138000}:day',
      '{sms:13800138000}:failures',
      '{sms:13800138000}:hour',
      '{sms:13800138000}:latest',
      '{sms:13800138000}:request:a',
    ]);
    await expectLife('budget:day', 24 * HOUR);
    await expectLife('captchas:live', 300 * SECOND);
    await expectLife('{parent:p}:captchas:live', 300 * SECOND);
    await expectLife('{client:a}:captchas', 60 * SECOND);
    await expectLife('{client:a}:sms', HOUR);
    await expectLife('{client:a}:unsolved', HOUR);
    await expectLife('{client:a}:guesses', HOUR);
    await expectLife('{network:n}:sms', HOUR);
    await expectLife('{sms:13800138000}:cooldown', 60 * SECOND);
    await expectLife('{sms:13800138000}:day', 24 * HOUR);
    await expectLife('{sms:13800138000}:failures', 24 * HOUR);
    await expectLife('{sms:13800138000}:hour', HOUR);
    await expectLife('{sms:13800138000}:latest', 300 * SECOND);
    await expectLife('{sms:13800138000}:request:a', 300 * SECOND);
  });

  test('a request that waits for a message lives 600 s, and as long again once it is confirmed', async () => {
    await redis.store.startInbound(inboundStart({ uuid: 'a' }));
    const waiting = ['{sms:13800138000}:inbound-code:K7QM2XPA', '{sms:13800138000}:inbound:a'];
    expect(await keys()).toEqual(waiting);
    await redis.advance(500 * SECOND);
    for (const key of waiting) await expectLife(key, 100 * SECOND);
    await redis.store.confirmInbound(inboundArrival());
    expect(await keys()).toEqual(['{sms:13800138000}:ended:REGISTER', ...waiting]);
    for (const key of await keys()) await expectLife(key, 600 * SECOND);
  });

  test('a code is none of those that ended before it, though the clock was set back since', async () => {
    await redis.client.set('{sms:13800138000}:ended:REGISTER', String(Date.now() + 60 * SECOND), 'PX', 600 * SECOND);
    await reserve('a');
    expect((await check('135790')).status).toBe('ok');
  });

  test('a request that waits for a message is none of those that ended before it, though the clock was set back since', async () => {
    await redis.client.set('{sms:13800138000}:ended:REGISTER', String(Date.now() + 60 * SECOND), 'PX', 600 * SECOND);
    await redis.store.startInbound(inboundStart({ uuid: 'a' }));
    const question = { uuid: 'a', mobile: MOBILE, purpose: 'REGISTER' } as const;
    expect(await redis.store.inboundStatus(question)).toEqual({ status: 'waiting' });
    expect(await redis.store.confirmInbound(inboundArrival())).toEqual({ status: 'ok', uuid: 'a' });
  });

  test('a limit stays as long as its latest event counts, refunded or refused sends notwithstanding', async () => {
    const first = granted(await reserve('a', { limits: ALL }));
    await redis.advance(1800 * SECOND);
    await reserve('b', { limits: ALL, code: '222222' });
    expect((await reserve('c', { limits: ALL })).status).toBe('refused');
    await redis.store.refundSend({
      mobile: MOBILE,
      uuid: 'a',
      code: '135790',
      limits: ALL,
      countedAt: first.countedAt,
    });
    await expectLife('{sms:13800138000}:hour', HOUR);
    await redis.advance(HOUR);
    expect(await keys()).toEqual(['budget:day', '{sms:13800138000}:day']);
    await redis.advance(23 * HOUR);
    expect(await keys()).toEqual([]);
  });

  test('allowance:started is known for 30 days after a message of the day that was last', async () => {
    const asker = { client: 'c', network: 'n', parent: 'p', person: 'person' };
    const allowance = { rule: allowanceRule(10_000, 20), mode: 'enforce' as const, ...asker };
    await reserve('a', { allowance });
    await expectLife('allowance:started', 30 * 24 * HOUR);
    const [began] = (await redis.client.get('allowance:started'))?.split(' ') ?? [];
    await redis.advance(20 * 24 * HOUR);
    await reserve('b', { allowance });
    await expectLife('allowance:started', 30 * 24 * HOUR);
    const [still] = (await redis.client.get('allowance:started'))?.split(' ') ?? [];
    expect(Number(still)).toBe(Number(began) - 20 * 24 * HOUR);
  });

  test('a refunded send leaves nothing behind', async () => {
    const reserved = granted(await reserve('a', { limits: ALL }));
    await redis.store.refundSend({
      mobile: MOBILE,
      uuid: 'a',
      code: '135790',
      limits: ALL,
      countedAt: reserved.countedAt,
    });
    expect(await keys()).toEqual([]);
  });

  test('a captcha that another service wrote is taken like our own', async () => {
    await redis.client.set('img:theirs', 'wxyz', 'EX', 300);
    const send = redis.store.reserveSend(reservation({ captcha: { uuid: 'theirs', answer: 'WXYZ' } }));
    expect((await send).status).toBe('ok');
    expect(await redis.client.exists('img:theirs')).toBe(0);
  });

  test('a code that another service wrote without an expiry leaves no key of ours without one', async () => {
    const theirs = { uuid: undefined, foreignCodes: true };
    await redis.client.set('sms:13800138000', '222222');
    expect((await check('999999', theirs)).status).toBe('mismatch');
    expect(await redis.client.pttl('{sms:13800138000}:attempts')).toBeGreaterThan(0);
    expect(await redis.client.pttl('{sms:13800138000}:failures')).toBeGreaterThan(0);
    expect((await check('222222', theirs)).status).toBe('ok');
  });

  test('what another service wrote there by mistake and is far longer than any code is no code: a try at it counts against nothing of the mobile', async () => {
    const page = '<p>'.repeat(100_000);
    await redis.client.set('sms:13800138000', page);
    expect(await check('222222', { uuid: undefined, foreignCodes: true })).toEqual({ status: 'expired' });
    expect(await keys()).toEqual(['sms:13800138000']);
  });

  test('a code that another service deleted is good still under its uuid, since each request has its own', async () => {
    await reserve('a');
    await redis.client.del('sms:13800138000');
    expect((await check('135790')).status).toBe('ok');
  });

  test.each([
    ['{sms:13800138000}:hour', 'sms:…:hour'],
    ['{sms:13800138000}:failures', 'sms:…:failures'],
    ['sms:13800138000', 'sms:…'],
    ['budget:day', 'budget:…'],
  ])(
    'a list in the place of %s is not taken for nothing: no send is let through, and the family is named, not the key',
    async (key, family) => {
      await redis.store.issueCaptcha(captcha());
      await redis.client.rpush(key, 'something else');
      const send = redis.store.reserveSend(reservation({ limits: ALL }));
      await expect(send).rejects.toBeInstanceOf(StoreUnavailableError);
      await expect(send).rejects.toThrow(family);
      await expect(send).rejects.not.toThrow('13800138000');
      expect(await keys()).toEqual([key, 'img:uuid-1'].sort());
    },
  );

  test('with a prefix, every key has it, and those of a mobile still share a hash tag', async () => {
    const target = { kind: 'single' as const, url: server.url };
    const store = await openStore({ kind: 'redis', target, timeoutMs: 5_000, keyPrefix: 'shop:' });
    await store.issueCaptcha(captcha({ uuid: 'left', limits: [perMinute(9)] }));
    await reserveSolved(store, 'a', { limits: ALL });
    expect(await keys()).toEqual([
      'shop:budget:day',
      'shop:img:left',
      'shop:sms:13800138000',
      '{shop:client:a}:captchas',
      '{shop:client:a}:sms',
      '{shop:network:n}:sms',
      '{shop:sms:13800138000}:cooldown',
      '{shop:sms:13800138000}:day',
      '{shop:sms:13800138000}:hour',
      '{shop:sms:13800138000}:latest',
      '{shop:sms:13800138000}:request:a',
    ]);
    expect((await store.checkCode(codeCheck({ uuid: 'a' }))).status).toBe('ok');
    expect((await redis.store.checkCode(codeCheck({ uuid: 'a' }))).status).toBe('expired');
    await store.close();
    expect(new StoreKeys('shop:').code(MOBILE)).toBe('shop:sms:13800138000');
  });

  test.each(['a send that is refunded', 'a right code'])(
    'with a prefix, nothing is kept without it: %s',
    async (end) => {
      const target = { kind: 'single' as const, url: server.url };
      const store = await openStore({ kind: 'redis', target, timeoutMs: 5_000, keyPrefix: 'shop:' });
      const note = { outcome: 'unknown', provider: 'tencent', code: 'timeout', at: 1 };
      await store.noteMessage('3f2b', 'send', note, HOUR);
      await store.linkMessage('tencent:2028:1', '3f2b', HOUR);
      await store.startInbound(inboundStart({ uuid: 'text', purpose: 'LOGIN' }));
      await store.confirmInbound(inboundArrival({ purpose: 'LOGIN' }));
      const { operator } = store;
      await operator.list(MOBILE, 'allowed', 'our own test phone', HOUR);
      await operator.noteAll([{ mobile: MOBILE, event: { what: 'sent', at: 1 } as never }]);
      await operator.tally({ sent: 1 }, 0);
      await operator.leaveAudit('a line');
      const asker = { client: 'c', network: 'n', parent: 'p', person: 'person', device: deviceDay(2) };
      const allowance = { rule: allowanceRule(10_000, 20), mode: 'enforce' as const, ...asker };
      const { countedAt, charge = 'own', chargedAt = 0 } = granted(await reserveSolved(store, 'a', { allowance }));
      await store.checkCode(codeCheck({ uuid: 'nobody', guesses: guesses(9) }));
      await store.checkCode(codeCheck({ uuid: 'a', code: '999999', verifications: tries(9) }));
      if (end === 'a right code') await store.checkCode(codeCheck({ uuid: 'a', person: 'person' }));
      else {
        const owed = { ...allowance, charge, sentAt: chargedAt };
        const limits = countedLimits({ limits: [], allowance }, charge);
        await store.refundSend({ mobile: MOBILE, uuid: 'a', code: '135790', limits, countedAt, allowance: owed });
      }
      await store.close();
      expect((await keys()).length).toBeGreaterThan(10);
      expect((await keys()).filter((key) => !/^\{?shop:/.test(key))).toEqual([]);
    },
  );
});
