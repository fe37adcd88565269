import { describeWithRedis } from '../harness/redis-server';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';
import { waitUntil } from '../harness/wait-until';
import { RECEIPT_PROVIDERS, type Told } from '../sms/stand-in/receipt-pushes';

const SECRET = 'b1946ac92492d2347c6235b4d2611184';
const STRANGER = 'd41d8cd98f00b204e9800998ecf8427e';
const ronglian = RECEIPT_PROVIDERS.find(({ name }) => name === 'ronglian');

describeWithRedis('Receipts on Redis', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open({ ...NO_CLIENT_LIMITS, RECEIPTS_SECRET: SECRET, SMS_DAILY_BUDGET: '100' });
  }, 60_000);

  afterAll(() => shop?.close());

  beforeEach(() => shop.standIn.behave('accept'));

  async function push(told: Partial<Told>, secret = SECRET): Promise<number> {
    const path = `/receipts/${secret}/ronglian`;
    const all = { smsId: STRANGER, messageId: 'm', mobile: '13800138000', delivered: true, code: 'DELIVRD', ...told };
    const { headers, body } = ronglian?.push(all, path) ?? { headers: {}, body: '' };
    const response = await fetch(shop.server.url + path, { method: 'POST', headers, body });
    await response.arrayBuffer();
    return response.status;
  }

  const send = async (mobile: string) => {
    const captcha = await shop.seededCaptcha();
    return { ...(await shop.api().sendSmsCode({ mobile, ...captcha })), uuid: captcha.uuid };
  };

  /** All that is stored, but what is known of messages, and what operators are told, which is written when the answer is out. */
  async function stored(): Promise<Record<string, string>> {
    const keys = (await shop.keys()).filter((key) => !key.startsWith('message:'));
    const dumps = await Promise.all(keys.map(async (key) => String(await shop.redis.dump(key))));
    return Object.fromEntries(keys.map((key, i) => [key, String(dumps[i])]));
  }

  test('right, duplicate, contrary, foreign and forged ones move no count, no limit and no code', async () => {
    const mobile = shop.newMobile();
    const { uuid, smsId } = await send(mobile);
    const failed = shop.newMobile();
    shop.standIn.behave('reset');
    const unconfirmed = await send(failed);
    expect(unconfirmed.reason).toBe('SMS_UNCONFIRMED');
    await waitUntil(
      'the outcome is noted',
      async () => (await shop.redis.exists(`message:${unconfirmed.smsId}`)) === 1,
    );
    const before = await stored();

    const own = { smsId: String(smsId), mobile };
    expect(await push(own, SECRET.replace('b', 'c'))).toBe(404);
    expect(await shop.redis.exists(`message:${smsId}`)).toBe(0);
    for (const told of [own, own, { ...own, delivered: false, code: 'REJECTD' }, { smsId: STRANGER, mobile }]) {
      expect(await push(told)).toBe(200);
    }
    // As a forger would, who asked for a message and wants it back.
    expect(await push({ smsId: String(unconfirmed.smsId), mobile: failed, delivered: false, code: 'MK:0001' })).toBe(
      200,
    );
    expect(await stored()).toEqual(before);
    expect((await shop.redis.keys('message:*')).sort()).toEqual(
      [`message:${smsId}`, `message:${unconfirmed.smsId}`].sort(),
    );

    expect((await send(failed)).reason).toBe('TOO_FREQUENT');
    expect((await send(mobile)).reason).toBe('TOO_FREQUENT');
    expect((await shop.api().verifySmsCode(mobile, shop.standIn.accepted[0]?.code ?? '', uuid)).reason).toBe('OK');
  });

  test('what is kept of a message is what became of it, for 24 hours at most, and no mobile', async () => {
    const mobile = shop.newMobile();
    const { smsId } = await send(mobile);
    await push({ smsId: String(smsId), mobile });
    const record = String(await shop.redis.get(`message:${smsId}`));
    expect(record).toMatch(/^delivery delivered ronglian DELIVRD \d{13}\n$/);
    expect(record).not.toContain(mobile);
    const left = await shop.redis.pttl(`message:${smsId}`);
    expect(left).toBeGreaterThan(23 * 3_600_000);
    expect(left).toBeLessThanOrEqual(24 * 3_600_000);
  });

  test('the log tells of each once, and resolves what was not confirmed', async () => {
    const seen = shop.server.logs.length;
    shop.standIn.behave('reset');
    const mobile = shop.newMobile();
    const { smsId } = await send(mobile);
    await waitUntil('the outcome is noted', async () => (await shop.redis.exists(`message:${smsId}`)) === 1);
    await push({ smsId: String(smsId), mobile });
    await push({ smsId: String(smsId), mobile });
    await waitUntil('all is written', () =>
      shop.server.logs.some(({ event, smsId: id }) => event === 'resolved' && id === smsId),
    );
    const found = shop.server.logs.slice(seen).filter((line) => line.smsId === smsId);
    expect(found).toEqual([
      expect.objectContaining({ event: 'send', class: 'unknown' }),
      expect.objectContaining({
        level: 30,
        event: 'receipt',
        provider: 'ronglian',
        outcome: 'delivered',
        carrierCode: 'DELIVRD',
        seconds: expect.any(Number),
      }),
      expect.objectContaining({ level: 30, event: 'resolved', provider: 'ronglian', outcome: 'delivered' }),
    ]);
  });

  test('while Redis is away a push is to come again', async () => {
    const mobile = shop.newMobile();
    const { smsId } = await send(mobile);
    await shop.redisServer.kill();
    expect(await push({ smsId: String(smsId), mobile })).toBe(503);
  });
});
