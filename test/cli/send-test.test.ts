import { Redis } from 'ioredis';
import { runCommand } from '../harness/command-line';
import { describeWithRedis, startRedis } from '../harness/redis-server';
import { startRonglian } from '../harness/ronglian';
import type { Environment } from '../harness/server-process';
import { startWebhookStandIn } from '../sms/stand-in/webhook-stand-in';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

/** `sms-verification send-test ...` with nothing but these settings. */
async function sendTest(args: string[], environment: Environment = {}) {
  const { exitCode, stdout, stderr } = await runCommand(['send-test', ...args], environment);
  return { exitCode, output: stdout + stderr };
}

jest.setTimeout(60_000);

describe('send-test', () => {
  test('sends one message and says what to look for', async () => {
    const { standIn, environment } = await startRonglian();
    const { exitCode, output } = await sendTest(['13800138000'], environment);
    await standIn.close();
    expect(exitCode).toBe(0);
    expect(standIn.accepted).toMatchObject([{ mobile: '13800138000' }]);
    expect(output).toMatch(/^ronglian took the message \(000000, id \w+\)\./);
    expect(output).toContain(`The message must say ${standIn.accepted[0]?.code}.`);
  });

  test.each([
    ['300', '5'],
    ['150', '2'],
    ['20', '1'],
  ])('given codes that live %s s, then the message says %s minutes', async (SMS_CODE_TTL_SECONDS, minutes) => {
    const { standIn, environment } = await startRonglian();
    await sendTest(['13800138000'], { ...environment, SMS_CODE_TTL_SECONDS });
    await standIn.close();
    const { datas } = JSON.parse(standIn.requests.at(-1)?.body ?? '{}');
    expect(datas).toEqual([standIn.accepted[0]?.code, minutes]);
  });

  test.each([
    ['misconfigured', /^ronglian does not accept the account .*160032.*docs\/providers\/ronglian\.md/],
    ['refuse', /^ronglian works and would not send to this number \(160042\); nothing was sent/],
    ['throttle', /^ronglian limits how often .*nothing was sent/],
    ['reset', /^ronglian gave no usable answer \(ECONNRESET\); the message may have been sent/],
    ['system-error', /^ronglian answered with a code that this server does not know \(160050\)/],
  ] as const)('%s: says what to mend, and fails', async (mode, words) => {
    const { standIn, environment } = await startRonglian();
    standIn.behave(mode);
    const { exitCode, output } = await sendTest(['13800138000'], environment);
    await standIn.close();
    expect(output).toMatch(words);
    expect(exitCode).toBe(1);
  });

  test('nobody there: says that the provider could not be reached', async () => {
    const { standIn, environment } = await startRonglian();
    await standIn.close();
    const { exitCode, output } = await sendTest(['13800138000', '--json'], environment);
    expect(JSON.parse(output)).toMatchObject({
      accepted: false,
      code: expect.stringMatching(/^\d{6}$/),
      attempts: [{ class: 'refused', providerCode: 'ECONNREFUSED' }],
    });
    expect(exitCode).toBe(1);
  });

  test('given a provider that is not there before one that sends, then both are told, and the code of the message', async () => {
    const [{ standIn, environment }, gone] = await Promise.all([
      startRonglian(),
      startWebhookStandIn({ secret: SECRET }),
    ]);
    await gone.close();
    const both = { SMS_PROVIDERS: 'webhook,ronglian', WEBHOOK_URL: gone.url, WEBHOOK_SECRET: SECRET };
    const { exitCode, output } = await sendTest(['13800138000'], { ...environment, ...both });
    await standIn.close();
    expect(exitCode).toBe(0);
    expect(output).toMatch(/^webhook .*\nronglian took the message .*\nThe message must say \d{6}\.\n$/);
  });

  test('without a provider it says that nothing was sent', async () => {
    const { exitCode, output } = await sendTest(['13800138000']);
    expect(output).toMatch(/^console: nothing was sent/);
    expect(output).not.toMatch(/must say/);
    expect(exitCode).toBe(0);
  });

  test('to one of TEST_NUMBERS it says that nothing was sent, and why', async () => {
    const { standIn, environment } = await startRonglian();
    const { exitCode, output } = await sendTest(['13800000000'], {
      ...environment,
      TEST_NUMBERS: '13800000000:246810',
    });
    await standIn.close();
    expect(output).toMatch(/^This is one of TEST_NUMBERS: nothing was sent/);
    expect(output).not.toMatch(/must say/);
    expect(exitCode).toBe(0);
    expect(standIn.requests).toEqual([]);
  });

  test('bad settings and wrong calls are told', async () => {
    const bad = await sendTest(['13800138000'], { SMS_PROVIDERS: 'twilio' });
    expect(bad.exitCode).toBe(1);
    expect(bad.output).toContain('TWILIO_AUTH_TOKEN is missing');
    for (const args of [[], ['1380013800'], ['13800138000', 'more']]) {
      expect(await sendTest(args)).toMatchObject({
        exitCode: 2,
        output: expect.stringMatching(/^Usage: sms-verification send-test MOBILE/m),
      });
    }
  });

  test('sends to a number abroad, where its country is taken', async () => {
    const receiver = await startWebhookStandIn({ secret: SECRET });
    const settings = {
      SMS_PROVIDERS: 'webhook',
      WEBHOOK_URL: receiver.url,
      WEBHOOK_SECRET: SECRET,
      SMS_COUNTRIES: 'CN,HK',
    };
    const sent = await sendTest(['+85291234567'], settings);
    const fixedLine = await sendTest(['+85221234567'], settings);
    await receiver.close();
    expect(sent.exitCode).toBe(0);
    expect(receiver.accepted).toMatchObject([{ mobile: '+85291234567' }]);
    expect(fixedLine).toMatchObject({ exitCode: 2, output: expect.stringMatching(/\(SMS_COUNTRIES\)\nUsage:/) });
  });
});

describeWithRedis('send-test with a store', () => {
  test('given a provider that never answers, then the message may have gone out, and its place in the budget stays taken', async () => {
    const [redisServer, receiver] = await Promise.all([startRedis(), startWebhookStandIn({ secret: SECRET })]);
    const settings = {
      ...{ REDIS_URL: redisServer.url, SMS_PROVIDERS: 'webhook', WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET },
      SMS_DAILY_BUDGET: '1',
    };
    receiver.behave('reset');
    expect((await sendTest(['13800138000'], settings)).output).toMatch(/the message may have been sent/);
    receiver.behave('accept');
    const second = await sendTest(['13800138000'], settings);
    expect(second).toMatchObject({ exitCode: 1, output: expect.stringMatching(/^SMS_DAILY_BUDGET is used up/) });
    // In 24 hours, but for what these commands took.
    expect(second.output).toMatch(/It has room again in 8[56]\d{3} s\n$/);
    await Promise.all([redisServer.close(), receiver.close()]);
  });

  test('comes out of the budgets, leaves no code, and gives back what was refused', async () => {
    const [redisServer, receiver] = await Promise.all([startRedis(), startWebhookStandIn({ secret: SECRET })]);
    const redis = new Redis(redisServer.url);
    const settings = {
      ...{ REDIS_URL: redisServer.url, SMS_PROVIDERS: 'webhook', WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: SECRET },
      ...{ SMS_COUNTRIES: 'CN,HK', SMS_DAILY_BUDGET: '2', SMS_COUNTRY_BUDGETS: 'HK:1' },
    };
    await redis.set('sms:13800138000', '123456', 'EX', 300);
    receiver.behave('refuse');
    expect((await sendTest(['+85291234567'], settings)).exitCode).toBe(1);
    receiver.behave('accept');
    expect((await sendTest(['+85291234567'], settings)).exitCode).toBe(0);
    const second = await sendTest(['+85291234568'], settings);
    expect(second).toMatchObject({
      exitCode: 1,
      output: expect.stringMatching(/^SMS_COUNTRY_BUDGETS is used up: nothing was sent/),
    });
    expect((await sendTest(['13800138000'], settings)).exitCode).toBe(0);
    expect(receiver.accepted.map(({ mobile }) => mobile)).toEqual(['+85291234567', '13800138000']);
    const keys = (await redis.keys('*')).sort();
    expect(keys.filter((key) => !key.startsWith('budget:'))).toEqual(['sms:13800138000']);
    expect(await redis.get('sms:13800138000')).toBe('123456');
    redis.disconnect();
    await Promise.all([redisServer.close(), receiver.close()]);
  });
});
