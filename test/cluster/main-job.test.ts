import { RedisCluster } from '../harness/redis-cluster';
import { describeWithRedis } from '../harness/redis-server';
import type { Environment } from '../harness/server-process';
import { describeMainJob } from './describe-main-job';
import { tally } from './replicated-shop';

/** Only limits that live in other slots than the mobile's. */
const LOOSE: Environment = { ABUSE_POLICY: 'off', SMS_COOLDOWN_SECONDS: '0', CAPTCHA_PER_CLIENT_MINUTE: '0' };

describeWithRedis('Two servers on a cluster of three primaries that want a password', () => {
  describeMainJob(
    () => RedisCluster.start({ password: 'se/cret@1' }),
    (shop) => {
      // Every test counts from nothing.
      beforeEach(() => shop().replicated.flush());
      test.each<[string, Environment]>([
        ['for one client', { SMS_PER_CLIENT_HOUR: '3', SMS_DAILY_BUDGET: '0' }],
        ['over all', { SMS_PER_CLIENT_HOUR: '0', SMS_DAILY_BUDGET: '3' }],
      ])('given a cap of 3 %s, when 12 sends to as many mobiles race, then exactly 3 go out', async (_, caps) => {
        await shop().restart({ ...LOOSE, ...caps });
        const first = tally(await shop().sendAtOnce(12, () => shop().newMobile()));
        expect(first).toEqual({ OK: 3, QUOTA_EXCEEDED: 9 });
        expect(tally(await shop().sendAtOnce(6, () => shop().newMobile()))).toEqual({ QUOTA_EXCEEDED: 6 });
        expect(shop().newMessages()).toHaveLength(3);
      });

      test('given sends that the last slot refuses, when the next ones come, then nothing stays counted in the others', async () => {
        await shop().restart({ ...LOOSE, SMS_PER_MOBILE_HOUR: '1', SMS_PER_CLIENT_HOUR: '3', SMS_DAILY_BUDGET: '3' });
        const mobile = shop().newMobile();
        for (const reason of ['OK', 'QUOTA_EXCEEDED', 'QUOTA_EXCEEDED', 'QUOTA_EXCEEDED'])
          expect(tally(await shop().sendAtOnce(1, () => mobile))).toEqual({ [reason]: 1 });
        const others = tally(await shop().sendAtOnce(6, () => shop().newMobile()));
        expect(others).toEqual({ OK: 2, QUOTA_EXCEEDED: 4 });
      });

      test('given a message that the provider refuses, then its counts in all slots are free again', async () => {
        await shop().restart({ ...LOOSE, SMS_PER_CLIENT_HOUR: '1', SMS_DAILY_BUDGET: '1', SMS_PER_MOBILE_HOUR: '1' });
        const mobile = shop().newMobile();
        shop().standIn.behave('refuse');
        expect(tally(await shop().sendAtOnce(1, () => mobile))).toEqual({ SMS_REJECTED: 1 });
        expect(await shop().redis.exists(`sms:${mobile}`)).toBe(0);
        shop().standIn.behave('accept');
        expect(tally(await shop().sendAtOnce(1, () => mobile))).toEqual({ OK: 1 });
        expect(tally(await shop().sendAtOnce(1, () => shop().newMobile()))).toEqual({ QUOTA_EXCEEDED: 1 });
      });

      test('a mobile’s keys share one slot, and a message’s keys are spread over several', async () => {
        await shop().restart(LOOSE);
        const mobile = shop().newMobile();
        const [captcha = { uuid: '', imageCode: '' }] = await shop().seededCaptchas(1);
        await shop()
          .api()
          .sendSmsCode({ mobile, ...captcha });
        await shop().api().verifySmsCode(mobile, 'wrong', captcha.uuid);
        const keys = await shop().replicated.keys('*');
        const slots = new Map<string, number>();
        await shop().replicated.withClient(shop().replicated.nodes[0] as never, async (client) => {
          for (const key of keys) slots.set(key, Number(await client.call('CLUSTER', 'KEYSLOT', key)));
        });
        const ofMobile = [...slots].filter(([key]) => key.includes(mobile));
        expect(ofMobile.length).toBeGreaterThanOrEqual(6);
        expect(new Set(ofMobile.map(([, slot]) => slot)).size).toBe(1);
        expect(new Set(slots.values()).size).toBeGreaterThanOrEqual(3);
      });
    },
  );
});
