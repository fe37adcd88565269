import { describeWithRedis } from '../harness/redis-server';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';
import { waitUntil } from '../harness/wait-until';

const BUDGET = 3;
/** For as long the provider makes up its mind: time for a guess on a busy machine. */
const LATENCY_MS = 3_000;

describeWithRedis('Guesses at messages that their provider is about to refuse', () => {
  let shop: Shop;
  jest.setTimeout(60_000);
  afterEach(() => shop.close());

  test('given one that refuses, throttles or knows no such account, then each message that was guessed at has cost one of the budget', async () => {
    shop = await Shop.open({ ...NO_CLIENT_LIMITS, SMS_DAILY_BUDGET: String(BUDGET), SMS_TIMEOUT_MS: '10000' });
    const modes = ['refuse', 'throttle', 'misconfigured'] as const;
    shop.standIn.behave(() => modes[shop.standIn.requests.length % modes.length] ?? 'refuse', {
      latencyMs: LATENCY_MS,
    });
    const told: string[] = [];
    for (let i = 0; i < 2 * BUDGET; i++) {
      const mobile = shop.newMobile();
      const captcha = await shop.seededCaptcha();
      const handedOver = shop.standIn.requests.length + 1;
      let answer: string | undefined;
      const sent = shop
        .api()
        .sendSmsCode({ mobile, ...captcha })
        .then(({ reason }) => {
          answer = reason;
        });
      await waitUntil('it is handed over, or refused', () => !!answer || shop.standIn.requests.length === handedOver);
      const guess = await shop.api().verifySmsCode(mobile, '000000', captcha.uuid);
      await sent;
      told.push(`${guess.reason}, ${answer}`);
    }
    expect(told).toEqual([
      ...Array(BUDGET).fill('SMS_CODE_MISMATCH, SMS_REJECTED'),
      ...Array(BUDGET).fill('SMS_CODE_EXPIRED, QUOTA_EXCEEDED'),
    ]);
  });
});
