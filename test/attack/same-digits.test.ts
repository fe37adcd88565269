import { describeWithRedis } from '../harness/redis-server';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';
import { waitUntil } from '../harness/wait-until';
import { startWebhookStandIn } from '../sms/stand-in/webhook-stand-in';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
/** A number of Los Angeles and one of the mainland, whose digits are the same once the plus is gone. */
const AMERICAN = '+13105551234';
const MAINLAND = '13105551234';

describeWithRedis('+13105551234 and 13105551234 are two numbers', () => {
  let shop: Shop;
  let receiver: Awaited<ReturnType<typeof startWebhookStandIn>>;

  beforeAll(async () => {
    receiver = await startWebhookStandIn({ secret: SECRET });
    shop = await Shop.open({
      ...NO_CLIENT_LIMITS,
      ABUSE_POLICY: 'enforce',
      SMS_COUNTRIES: 'CN,US',
      SMS_PROVIDERS: 'webhook',
      WEBHOOK_URL: receiver.url,
      WEBHOOK_SECRET: SECRET,
    });
  }, 60_000);

  afterAll(async () => {
    await shop?.close();
    await receiver?.close();
  });

  beforeEach(async () => {
    await shop.redis.flushdb();
    receiver.accepted.length = 0;
  });

  async function send(mobile: string) {
    const captcha = await shop.seededCaptcha();
    const { reason } = await shop.api().sendSmsCode({ mobile, ...captcha });
    return { reason, uuid: captcha.uuid, code: receiver.accepted.at(-1)?.code ?? '' };
  }

  const other = (mobile: string) => (mobile === AMERICAN ? MAINLAND : AMERICAN);

  test.each([AMERICAN, MAINLAND])('a message for %s goes there, and holds up none to the other', async (mobile) => {
    expect((await send(mobile)).reason).toBe('OK');
    expect((await send(mobile)).reason).toBe('TOO_FREQUENT');
    expect((await send(other(mobile))).reason).toBe('OK');
    expect(receiver.accepted.map((message) => message.mobile)).toEqual([mobile, other(mobile)]);
  });

  test.each([AMERICAN, MAINLAND])('the code of %s confirms that number and never the other', async (mobile) => {
    const { uuid, code } = await send(mobile);
    const api = shop.api();
    for (const foreign of [other(mobile), `+86${MAINLAND}`, `+${MAINLAND}`].filter((text) => text !== mobile)) {
      const same = mobile === MAINLAND && foreign === `+86${MAINLAND}`;
      if (!same) expect((await api.verifySmsCode(foreign, code, uuid)).reason).toBe('SMS_CODE_EXPIRED');
    }
    expect((await api.verifySmsCode(mobile, code, uuid)).reason).toBe('OK');
  });

  test('wrong codes for one lock nobody out of the other', async () => {
    const [american, mainland] = [await send(AMERICAN), await send(MAINLAND)];
    const api = shop.api();
    const wrong = String((Number(american.code) + 1) % 1_000_000).padStart(6, '0');
    for (let i = 0; i < 5; i++) await api.verifySmsCode(AMERICAN, wrong, american.uuid);
    expect((await api.verifySmsCode(AMERICAN, american.code, american.uuid)).reason).toBe('SMS_CODE_LOCKED');
    expect((await api.verifySmsCode(MAINLAND, mainland.code, mainland.uuid)).reason).toBe('OK');
  });

  test('no key belongs to both: sms:13105551234 is the mainland number, for whoever else reads it', async () => {
    const american = await send(AMERICAN);
    expect(await shop.redis.get(`sms:${MAINLAND}`)).toBeNull();
    const before = new Set(await shop.keys());
    expect(await shop.redis.get(`sms:${AMERICAN}`)).toBe(american.code);
    const mainland = await send(MAINLAND);
    expect(await shop.redis.get(`sms:${MAINLAND}`)).toBe(mainland.code);
    expect(await shop.redis.get(`sms:${AMERICAN}`)).toBe(american.code);
    const ofMainland = (await shop.keys()).filter((key) => !before.has(key));
    expect(ofMainland.filter((key) => key.includes(MAINLAND) && key.includes(`+${MAINLAND}`))).toEqual([]);
    expect([...before].filter((key) => key.includes(MAINLAND) && !key.includes(`+${MAINLAND}`))).toEqual([]);
  });

  test('log lines and the memory of confirmed people tell them apart', async () => {
    const lines = () => shop.server.logs.filter(({ event }) => event === 'code-right');
    const before = lines().length;
    for (const mobile of [AMERICAN, MAINLAND]) {
      const { uuid, code } = await send(mobile);
      expect((await shop.api().verifySmsCode(mobile, code, uuid)).reason).toBe('OK');
    }
    await waitUntil('both lines are written', () => lines().length >= before + 2);
    expect(
      new Set(
        lines()
          .slice(-2)
          .map(({ mobileId }) => mobileId),
      ).size,
    ).toBe(2);
    expect(await shop.redis.keys('person:*')).toHaveLength(2);
    expect(shop.server.stdout).not.toContain(MAINLAND);
  });
});
