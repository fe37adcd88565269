import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithRedis } from '../harness/redis-server';
import type { LogLine } from '../harness/server-process';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';
import { waitUntil } from '../harness/wait-until';

const SECRET = 'a secret that only these servers know';
const wrong = (code: string): string => code.replace(/^./, (digit) => String((Number(digit) + 1) % 10));

/** What an operator types: the command that docs/operations.md has. */
function mobileIdByTheBook(mobile: string): string {
  const book = readFileSync(join(__dirname, '../../docs/operations.md'), 'utf8');
  const script = /node -p '(const \[[^']*mobile-id[^']*)' 13800138000/.exec(book)?.[1] ?? '';
  const env = { PATH: process.env.PATH, CLIENT_HASH_SECRET: SECRET };
  return execFileSync(process.execPath, ['-p', script, mobile], { env, encoding: 'utf8' }).trim();
}

describeWithRedis('Whatever happens to a request leaves one line', () => {
  let shop: Shop;
  let seen = 0;

  beforeAll(async () => {
    shop = await Shop.open({ ...NO_CLIENT_LIMITS, CLIENT_HASH_SECRET: SECRET, SMS_PER_MOBILE_HOUR: '2' });
  }, 60_000);

  afterAll(() => shop?.close());

  beforeEach(() => shop.standIn.behave('accept'));

  /** The lines since the last call, once there are so many. */
  async function lines(count: number): Promise<LogLine[]> {
    // A line may be on its way; what would come after it is looked at by the next call.
    await waitUntil(`${count} lines are there`, () => shop.server.logs.length >= seen + count);
    const found = shop.server.logs.slice(seen);
    seen += found.length;
    return found;
  }

  async function send(mobile: string, purpose?: string) {
    const captcha = await shop.solved();
    return { ...(await shop.api().sendSmsCode({ mobile, ...captcha, purpose })), uuid: captcha.uuid };
  }

  const freed = (mobile: string) => shop.redis.del(`{sms:${mobile}}:cooldown`);

  test('from the captcha to the code that was right', async () => {
    await lines(0);
    const mobile = shop.newMobile();
    const mobileId = mobileIdByTheBook(mobile);
    expect(mobileId).toMatch(/^[0-9a-f]{20}$/);
    const { uuid } = await shop.solved();
    await shop.api().sendSmsCode({ mobile, imageCode: 'no', uuid, purpose: 'LOGIN' });
    await shop.api().sendSmsCode({ mobile, imageCode: 'no', uuid, purpose: 'LOGIN' });
    const sent = await send(mobile, 'LOGIN');
    await shop.api().verifySmsCode(mobile, wrong(shop.lastCode()), sent.uuid, 'LOGIN');
    await shop.api().verifySmsCode(mobile, shop.lastCode(), sent.uuid, 'LOGIN');
    await shop.api().verifySmsCode(mobile, shop.lastCode(), sent.uuid, 'LOGIN');

    const found = await lines(6);
    const purpose = 'LOGIN';
    expect(found).toEqual(
      [
        { event: 'captcha-wrong', reason: 'CAPTCHA_MISMATCH' },
        { event: 'captcha-wrong', reason: 'CAPTCHA_EXPIRED' },
        { event: 'send', class: 'accepted', smsId: sent.smsId },
        { event: 'code-wrong', reason: 'SMS_CODE_MISMATCH', smsId: sent.smsId },
        { event: 'code-right', smsId: sent.smsId },
        { event: 'code-wrong', reason: 'SMS_CODE_EXPIRED' },
      ].map((fields) => expect.objectContaining({ level: 30, mobileId, purpose, ...fields })),
    );
    // The name of a request is a secret of whoever made it; a hash stands for it, the same in every line.
    const requests = found.map(({ request }) => request);
    expect(requests).toEqual([
      expect.stringMatching(/^[0-9a-f]{20}$/),
      requests[0],
      undefined,
      undefined,
      undefined,
      expect.stringMatching(/^[0-9a-f]{20}$/),
    ]);
    expect(requests[5]).not.toBe(requests[0]);
  });

  test('refusals tell their rule, and when it frees', async () => {
    await lines(0);
    const mobile = shop.newMobile();
    const mobileId = mobileIdByTheBook(mobile);
    const { uuid } = await send(mobile);
    await send(mobile);
    await freed(mobile);
    await send(mobile);
    await freed(mobile);
    await send(mobile);
    await shop.redis.set(`{sms:${mobile}}:failures`, '100', 'PX', 3_600_000);
    await send(mobile);
    await shop.api().verifySmsCode(mobile, '123456', uuid);
    const found = await lines(6);
    expect(found.map(({ event, rule, reason }) => [event, rule ?? reason])).toEqual([
      ['send', undefined],
      ['refused', 'cooldown'],
      ['send', undefined],
      ['refused', 'mobile-hour'],
      ['refused', 'failures'],
      ['code-wrong', 'SMS_CODE_LOCKED'],
    ]);
    for (const line of found) expect(line).toMatchObject({ level: 30, mobileId, purpose: 'REGISTER' });
    expect(found[1]?.retryAfter).toBeGreaterThan(50);
    expect(found[3]?.retryAfter).toBeGreaterThan(3_500);
    expect(found[5]?.retryAfter).toBeGreaterThan(3_500);
  });

  test('a code that is void, the last try included', async () => {
    await lines(0);
    const mobile = shop.newMobile();
    const { uuid, smsId } = await send(mobile);
    for (let n = 0; n < 6; n += 1) await shop.api().verifySmsCode(mobile, wrong(shop.lastCode()), uuid);
    const [, ...found] = await lines(7);
    expect(found.map(({ reason }) => reason)).toEqual([
      ...Array(4).fill('SMS_CODE_MISMATCH'),
      'SMS_CODE_LOCKED',
      'SMS_CODE_LOCKED',
    ]);
    for (const line of found) expect(line.smsId).toBe(smsId);
  });

  test('arguments that are blank or no mobile, and a message that the provider refuses', async () => {
    await lines(0);
    await shop.api().sendSmsCode({ mobile: ' ', imageCode: 'x', uuid: 'u' });
    await shop.api().verifySmsCode('23800138000', '123456', 'u');
    shop.standIn.behave('refuse');
    const mobile = shop.newMobile();
    const { smsId } = await send(mobile);
    expect(await lines(3)).toEqual([
      expect.objectContaining({ event: 'refused', operation: 'sendSmsCode', reason: 'MISSING_PARAMETER' }),
      expect.objectContaining({ event: 'refused', operation: 'verifySmsCode', reason: 'MOBILE_INVALID' }),
      expect.objectContaining({
        level: 40,
        event: 'send',
        class: 'refused',
        smsId,
        mobileId: mobileIdByTheBook(mobile),
      }),
    ]);
  });
});

describeWithRedis('A message for which nobody has an allowance', () => {
  test.each([
    ['enforce', { event: 'refused', rule: 'allowance-pool' }, []],
    ['report', { event: 'reported' }, ['send']],
  ])(
    'with ABUSE_POLICY=%s',
    async (ABUSE_POLICY, fields, more) => {
      const limits = { ...NO_CLIENT_LIMITS, SMS_DAILY_BUDGET: '100', ABUSE_POLICY };
      const shop = await Shop.open(limits);
      const first = () => shop.server.logs.find(({ event }) => event === 'refused' || event === 'reported');
      // Nobody confirms; far fewer than the budget has.
      for (let n = 0; n < 60 && !first(); n += 1)
        await shop.api().sendSmsCode({ mobile: shop.newMobile(), ...(await shop.seededCaptcha()) });
      shop.server.kill('SIGTERM');
      await shop.server.exited;
      const mobileId = first()?.mobileId;
      const own = shop.server.logs.filter((line) => line.mobileId === mobileId);
      expect(own[0]).toMatchObject({ level: 30, purpose: 'REGISTER', request: expect.any(String), ...fields });
      expect(own.slice(1).map(({ event }) => event)).toEqual(more);
      await shop.close();
    },
    60_000,
  );
});

describeWithRedis('LOG_EVENTS', () => {
  test.each([
    ['sends', ['SMS accepted', 'SMS not confirmed as sent']],
    // What somebody must look at is not silenced.
    ['none', ['SMS not confirmed as sent']],
  ])(
    '%s',
    async (LOG_EVENTS, messages) => {
      const shop = await Shop.open({
        ...NO_CLIENT_LIMITS,
        LOG_EVENTS,
        SMS_COOLDOWN_SECONDS: '0',
        CAPTCHA_PER_CLIENT_MINUTE: '3',
      });
      await shop.api().sendSmsCode({ mobile: ' ', imageCode: 'x', uuid: 'u' });
      for (const mode of ['accept', 'refuse'] as const) {
        shop.standIn.behave(mode);
        const { uuid, imageCode } = await shop.solved();
        await shop.api().sendSmsCode({ mobile: '13800138000', imageCode, uuid });
        await shop.api().sendSmsCode({ mobile: '13800138000', imageCode, uuid });
        await shop.api().verifySmsCode('13800138000', '000000', uuid);
      }
      await shop.api().imageCaptcha();
      expect((await shop.api().imageCaptcha()).reason).toBe('QUOTA_EXCEEDED');
      shop.server.kill('SIGTERM');
      await shop.server.exited;
      const found = shop.server.logs.map(({ msg }) => msg).filter((msg) => !/^(Ready|Stopping)/.test(msg));
      expect(found).toEqual(messages);
      await shop.close();
    },
    60_000,
  );
});
