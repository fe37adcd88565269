import { runCommand } from '../harness/command-line';
import { describeWithRedis } from '../harness/redis-server';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';
import { waitUntil } from '../harness/wait-until';
import { scrape } from '../observability/exposition';
import { startWebhookStandIn } from '../sms/stand-in/webhook-stand-in';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

describeWithRedis('A provider that is skipped because it kept failing', () => {
  let shop: Shop;
  afterEach(() => shop?.close());

  const status = async () => {
    const settings = { ...shop.environment, PORT: String(shop.server.port) };
    const json = await runCommand(['status', '--json'], settings);
    return { circuits: JSON.parse(json.stdout).circuits, words: (await runCommand(['status'], settings)).stdout };
  };
  const shown = async () => {
    const { value } = await scrape(shop.server.url);
    return ['webhook', 'ronglian'].map((name) => value(`sms_verification_circuit_open{provider="${name}"}`));
  };

  test('given nobody at its address, when five messages went another way, then metrics and status name it', async () => {
    const receiver = await startWebhookStandIn({ secret: SECRET });
    await receiver.close();
    shop = await Shop.open({
      ...NO_CLIENT_LIMITS,
      ...{ SMS_PROVIDERS: 'webhook,ronglian', WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET },
    });
    expect(await shown()).toEqual([0, 0]);
    expect(await status()).toMatchObject({
      circuits: { webhook: false, ronglian: false },
      words: expect.stringMatching(/^circuits +webhook closed, ronglian closed /m),
    });

    for (let i = 0; i < 5; i++) {
      const sent = await shop.api().sendSmsCode({ mobile: shop.newMobile(), ...(await shop.seededCaptcha()) });
      expect(sent.reason).toBe('OK');
    }
    // What is told is up to a second old.
    await waitUntil('the metrics show it', async () => (await shown())[0] === 1);
    expect(await shown()).toEqual([1, 0]);
    expect(await status()).toMatchObject({
      circuits: { webhook: true, ronglian: false },
      words: expect.stringMatching(/^circuits +webhook OPEN, ronglian closed /m),
    });

    await shop.server.stop();
    expect(await status()).toMatchObject({ circuits: null, words: expect.stringMatching(/^circuits +not known: /m) });
  }, 60_000);
});
