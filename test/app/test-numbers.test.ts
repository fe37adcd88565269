import { describeWithRedis } from '../harness/redis-server';
import { ServerProcess } from '../harness/server-process';
import { Shop } from '../harness/shop';
import { waitUntil } from '../harness/wait-until';

const TESTER = '13800000000';
const CODE = '246810';
const TEST_NUMBERS = `${TESTER}:${CODE},13900000000:000000`;

describeWithRedis('A number of TEST_NUMBERS', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open({
      TEST_NUMBERS,
      SMS_COOLDOWN_SECONDS: '0',
      SMS_PER_MOBILE_HOUR: '3',
      VERIFY_MAX_ATTEMPTS: '2',
    });
  }, 60_000);

  afterAll(() => shop?.close());

  async function send(mobile: string) {
    const captcha = await shop.solved();
    return { ...(await shop.api().sendSmsCode({ mobile, ...captcha })), uuid: captcha.uuid };
  }

  test('is sent nothing, and its fixed code confirms it once; all else is as for any other', async () => {
    const api = shop.api();
    // The captcha.
    const { uuid } = await api.imageCaptcha();
    expect((await api.sendSmsCode({ mobile: TESTER, imageCode: 'no', uuid: String(uuid) })).reason).toBe(
      'CAPTCHA_MISMATCH',
    );
    // No code before it is asked for.
    expect((await api.verifySmsCode(TESTER, CODE, String(uuid))).reason).toBe('SMS_CODE_EXPIRED');
    const first = await send(TESTER);
    expect(first).toMatchObject({ reason: 'OK', expiresIn: 300, smsId: expect.any(String) });
    expect(await shop.redis.get(`sms:${TESTER}`)).toBe(CODE);
    expect((await api.verifySmsCode(TESTER, CODE, first.uuid)).reason).toBe('OK');
    expect((await api.verifySmsCode(TESTER, CODE, first.uuid)).reason).toBe('SMS_CODE_EXPIRED');
    // The tries.
    const second = await send(TESTER);
    expect((await api.verifySmsCode(TESTER, '111111', second.uuid)).reason).toBe('SMS_CODE_MISMATCH');
    expect((await api.verifySmsCode(TESTER, '111111', second.uuid)).reason).toBe('SMS_CODE_LOCKED');
    expect((await api.verifySmsCode(TESTER, CODE, second.uuid)).reason).toBe('SMS_CODE_LOCKED');
    // The limits.
    expect((await send(TESTER)).reason).toBe('OK');
    expect((await send(TESTER)).reason).toBe('QUOTA_EXCEEDED');
    expect(shop.standIn.requests).toEqual([]);
    const line = () => shop.server.logs.find(({ smsId }) => smsId === first.smsId);
    await waitUntil('its line is written', () => line() !== undefined);
    expect(line()).toMatchObject({ msg: 'SMS accepted', provider: 'test-number', providerCode: 'not-sent' });
  });

  test('leaves all other numbers their messages and random codes', async () => {
    const codes = new Set<string>();
    for (const mobile of ['13800000001', '13900000001', '18000000000']) {
      const { uuid } = await send(mobile);
      codes.add(shop.lastCode());
      expect((await shop.api().verifySmsCode(mobile, shop.lastCode(), uuid)).reason).toBe('OK');
    }
    expect(shop.newMessages()).toHaveLength(3);
    expect(codes.size).toBeGreaterThan(1);
    expect([...codes].filter((code) => code === CODE)).toEqual([]);
  });

  test('has its fixed code in no log line', async () => {
    expect(shop.server.stdout + shop.server.stderr).not.toContain(CODE);
  });
});

describe('TEST_NUMBERS in production', () => {
  const production = {
    NODE_ENV: 'production',
    STORE: 'memory',
    SMS_PROVIDERS: 'console',
    METRICS_PORT: '0',
    TEST_NUMBERS,
  };

  test('ends the start, and repeats neither number nor code', async () => {
    const server = new ServerProcess(production);
    expect((await server.exited).code).toBe(1);
    expect(server.stderr).toMatch(/TEST_NUMBERS .*ALLOW_TEST_NUMBERS=true/);
    expect(server.stdout + server.stderr).not.toMatch(/246810|13800000000/);
  }, 60_000);

  test('is told at each start where ALLOW_TEST_NUMBERS allows it, and works', async () => {
    const server = await new ServerProcess({ ...production, ALLOW_TEST_NUMBERS: 'true' }).ready();
    expect(
      server.logs.filter(
        ({ level, msg }) => level === 40 && msg.startsWith('TEST_NUMBERS gives fixed codes to this many numbers: 2;'),
      ),
    ).toHaveLength(1);
    await server.stop();
  }, 60_000);
});
