import type { Payload } from '../harness/api-client';
import { Load } from '../harness/load';
import type { RedisServer } from '../harness/redis-server';
import type { Environment } from '../harness/server-process';
import { waitUntil } from '../harness/wait-until';
import { type ReplicatedRedis, ReplicatedShop } from './replicated-shop';

const REDIS_TIMEOUT_MS = 1_000;
const BUDGET = 150;
const LANES = 6;
/** Redis's own part: to notice that a server is gone and to agree on another. Generous, for a busy machine. */
const REPLACED_MS = 20_000;
/** The servers' part: from then to the last error. */
const FOLLOWED_MS = 20_000;
/** Time without an error after which the failure counts as over. */
const QUIET_MS = 1_200;
/** A send takes a few steps, one of which may wait for its time-out; the rest is for a slow machine. */
const ANSWERED_MS = REDIS_TIMEOUT_MS + 15_000;

const SETTINGS: Environment = {
  ABUSE_POLICY: 'off',
  SMS_PER_CLIENT_HOUR: '0',
  CAPTCHA_PER_CLIENT_MINUTE: '0',
  SMS_DAILY_BUDGET: String(BUDGET),
  REDIS_TIMEOUT_MS: String(REDIS_TIMEOUT_MS),
};

/** Every send counts here. */
const KEY = 'budget:day';

const ms = (time: number): string => `${Math.round(time)} ms`;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const unavailable = ({ reason }: Payload): boolean => reason === 'SERVICE_UNAVAILABLE';

export interface WayToFail<R> {
  name: string;
  /** Takes the primary that holds the budget away; resolves with the server that it was. */
  fail(redis: R): Promise<RedisServer>;
  /** What becomes of that server once another is in its place. */
  mend(lost: RedisServer): Promise<void> | void;
}

/** What is promised while a primary is replaced. */
export function describeFailover<R extends ReplicatedRedis>(
  start: () => Promise<R>,
  ways: readonly WayToFail<R>[],
): void {
  let shop: ReplicatedShop<R>;
  let load: Load<Payload[]>;
  jest.setTimeout(90_000);
  beforeEach(async () => {
    shop = await ReplicatedShop.open(start, SETTINGS);
  });
  afterEach(async () => {
    await load?.stop();
    await shop?.close();
  });

  test.each(ways)('a primary $name under load costs errors while it is replaced, and nothing else', async (way) => {
    const captchas = await shop.seededCaptchas(3 * BUDGET);
    const captchaOf = new Map<string, string>();
    const refusedMobiles = new Set<string>();
    let lastErrorAt = 0;
    // Each captcha is tried for two mobiles at once, one on each server. Who was told to come back does so.
    load = new Load(
      LANES,
      async () => {
        const captcha = captchas.shift();
        if (!captcha) return [];
        const mobiles = [shop.newMobile(), shop.newMobile()];
        for (const mobile of mobiles) captchaOf.set(mobile, captcha.uuid);
        const answers = await Promise.all(mobiles.map((mobile, n) => shop.api(n).sendSmsCode({ mobile, ...captcha })));
        for (const [n, mobile] of mobiles.entries()) {
          if (answers[n] && unavailable(answers[n])) refusedMobiles.add(mobile);
        }
        if (answers.some(unavailable)) {
          lastErrorAt = load.now();
          captchas.push(captcha);
        }
        return answers;
      },
      100,
    );
    await waitUntil('messages flow', () => shop.standIn.accepted.length > 30);

    const failedAt = load.now();
    const sentBefore = shop.standIn.accepted.length;
    const lost = await way.fail(shop.replicated);
    await waitUntil(
      'another in its place',
      () => shop.replicated.hasReplaced(lost, KEY).catch(() => false),
      REPLACED_MS,
    );
    const replacedAt = load.now();
    const quiet = () => load.now() - Math.max(replacedAt, lastErrorAt) > QUIET_MS;
    // On a busy machine an answer, and with it an error, may take longer than it has been quiet.
    const ready = async () => (await shop.readiness()).every((status) => status === 200);
    await waitUntil('no more errors, and both ready', async () => quiet() && (await ready()), FOLLOWED_MS + QUIET_MS);
    await way.mend(lost);
    await pause(2 * REDIS_TIMEOUT_MS);
    const calls = await load.stop();
    const written = (await shop.replicated.keys('sms:*')).sort();

    const slowestMs = Math.max(...calls.map(({ tookMs }) => tookMs));
    const answers = calls.flatMap(({ answer }) => answer ?? []);
    const accepted = shop.newMessages();
    const figures = [
      `${answers.filter(unavailable).length} of ${answers.length} answers SERVICE_UNAVAILABLE, the last ${ms(lastErrorAt - failedAt)} later`,
      `replaced after ${ms(replacedAt - failedAt)}`,
      `slowest answer ${ms(slowestMs)}`,
      `${accepted.length} messages, ${sentBefore} of them before`,
      `${written.length} codes kept`,
    ];
    process.stdout.write(`A primary ${way.name}: ${figures.join('; ')}\n`);

    // Every answer came, in time and as data; errors only while the failure lasted; the same processes serve on.
    expect(calls.filter(({ answer }) => answer === undefined)).toEqual([]);
    expect(slowestMs).toBeLessThan(ANSWERED_MS);
    expect(lastErrorAt).toBeLessThan(replacedAt + FOLLOWED_MS);
    const expected = ['OK', 'CAPTCHA_EXPIRED', 'QUOTA_EXCEEDED', 'SERVICE_UNAVAILABLE'];
    expect(answers.filter(({ reason }) => !expected.includes(reason))).toEqual([]);
    // A busy machine may fail one or the other by itself.
    const early = calls.filter(({ begunAt, tookMs }) => begunAt + tookMs < failedAt);
    expect(early.filter(({ answer }) => answer?.some(unavailable)).length).toBeLessThan(early.length / 2);
    expect(shop.alive).toBe(true);
    // It sends again, and never more than the budget; a captcha is good for one message; who was refused gets none.
    expect(accepted.length).toBeGreaterThan(sentBefore);
    expect(accepted.length).toBeLessThanOrEqual(BUDGET);
    const used = accepted.map(({ mobile }) => captchaOf.get(mobile));
    expect(new Set(used).size).toBe(used.length);
    expect(accepted.filter(({ mobile }) => refusedMobiles.has(mobile))).toEqual([]);
    // Nothing that was given up is done later.
    await pause(2 * REDIS_TIMEOUT_MS);
    expect((await shop.replicated.keys('sms:*')).sort()).toEqual(written);
  });
}
