import fc from 'fast-check';
import { createSender, type SmsSettings } from '../../src/sms/create-sender';
import { PROVIDERS } from '../../src/sms/providers';
import { newMessage } from './contract';
import { startAliyunAuthStandIn } from './stand-in/aliyun-auth-stand-in';
import { startAliyunStandIn } from './stand-in/aliyun-stand-in';
import { startRonglianStandIn } from './stand-in/ronglian-stand-in';
import type { StandIn, StandInMode } from './stand-in/stand-in';
import { startTencentStandIn } from './stand-in/tencent-stand-in';
import { startTwilioStandIn } from './stand-in/twilio-stand-in';
import { startWebhookStandIn } from './stand-in/webhook-stand-in';

const RONGLIAN = { accountSid: 'aaf98f894f4fbec2014f5b3cc2c1017b', authToken: 'ronglian-secret' };
const ALIYUN = { accessKeyId: 'LTAI5tExampleKeyId', accessKeySecret: 'aliyun-secret' };
const TENCENT = { secretId: 'AKIDExampleSecretId', secretKey: 'tencent-secret' };
const TWILIO = { accountSid: 'AC2a3b4c5d6e7f80912a3b4c5d6e7f8091', authToken: 'twilio-secret' };
const WEBHOOK_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

const NAMES = PROVIDERS.filter((name) => name !== 'console');
type Name = (typeof NAMES)[number];

/** Twice as many of those after which the next provider is tried, so that sequences get long. */
const MODES: readonly StandInMode[] = [
  ...(['refuse', 'misconfigured', 'refuse', 'misconfigured', 'refuse', 'misconfigured'] as const),
  ...(['accept', 'throttle', 'system-error', 'hang-after-accept', 'hang-mid-answer', 'reset'] as const),
  ...(['reset-mid-answer', 'end-mid-answer', 'http-500', 'garbage', 'huge', 'redirect', 'no-http'] as const),
];
const RUNS = 100;
const MESSAGES_A_RUN = 10;

describe('all providers in one list', () => {
  let standIns: Record<Name, StandIn>;
  let settings: Omit<SmsSettings, 'providers'>;
  beforeAll(async () => {
    standIns = {
      ronglian: await startRonglianStandIn(RONGLIAN),
      aliyun: await startAliyunStandIn(ALIYUN),
      'aliyun-auth': await startAliyunAuthStandIn(ALIYUN),
      tencent: await startTencentStandIn(TENCENT),
      webhook: await startWebhookStandIn({ secret: WEBHOOK_SECRET }),
      twilio: await startTwilioStandIn(TWILIO),
    };
    const template = { signName: '美多商城', templateCode: 'SMS_1' };
    const tencent = {
      ...TENCENT,
      sdkAppId: '1400006666',
      signName: '美多商城',
      templateId: '1',
      region: 'ap-guangzhou',
    };
    settings = {
      timeoutMs: 150,
      ronglian: { ...RONGLIAN, appId: 'app', templateId: '1', baseUrl: standIns.ronglian.url },
      aliyun: { ...ALIYUN, ...template, endpoint: standIns.aliyun.url },
      aliyunAuth: { ...ALIYUN, ...template, endpoint: standIns['aliyun-auth'].url },
      tencent: { ...tencent, endpoint: standIns.tencent.url },
      webhook: { url: standIns.webhook.url, secrets: [WEBHOOK_SECRET] },
      twilio: { ...TWILIO, sender: { from: '+15005550006' }, baseUrl: standIns.twilio.url },
    };
  });
  afterAll(() => Promise.all(Object.values(standIns).map((standIn) => standIn.close())));

  /** How often people would have received this message. */
  function received(mobile: string, code: string): number {
    const taken = Object.values(standIns).flatMap(({ accepted }) => accepted);
    return taken.filter((message) => message.mobile === mobile && message.code === code).length;
  }

  test('1,000 messages through random failures: none arrives twice, and an outcome never claims what is not so', async () => {
    const mode = fc.constantFrom(...MODES);
    const play = fc.tuple(...NAMES.map(() => mode));
    let tried = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...NAMES], { minLength: NAMES.length }),
        fc.array(play, { minLength: MESSAGES_A_RUN, maxLength: MESSAGES_A_RUN }),
        async (providers, plays) => {
          const messages = plays.map(newMessage);
          const modeOf = new Map(messages.map(({ mobile }, index) => [mobile, plays[index] ?? []]));
          NAMES.forEach((name, index) => {
            standIns[name].behave(({ mobile }) => modeOf.get(mobile)?.[index] ?? 'accept');
            standIns[name].accepted.length = 0;
          });
          const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
          const onAttempt = () => {
            tried += 1;
          };
          const sender = await createSender({ ...settings, providers }, { log, onAttempt });
          const outcomes = await Promise.all(messages.map((message) => sender.send(message)));

          messages.forEach(({ mobile, code }, index) => {
            const times = received(mobile, code);
            const told = outcomes[index]?.class;
            if (told === 'accepted') expect(times).toBe(1);
            else if (told === 'unknown') expect(times).toBeLessThanOrEqual(1);
            else expect(times).toBe(0);
          });
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
    expect(tried).toBeGreaterThan(RUNS * MESSAGES_A_RUN);
  }, 180_000);
});
