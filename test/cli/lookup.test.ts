import { StoreKeys } from '../../src/store/keys';
import { runCommandHere } from '../harness/command-line';
import { describeWithRedis } from '../harness/redis-server';
import { Shop } from '../harness/shop';
import { waitUntil } from '../harness/wait-until';

/** Servers note what happens within a second, not with the answer. */
function noted({ redis }: Shop, mobile: string, what = 'event'): Promise<void> {
  return waitUntil(
    'it is noted',
    async () => (await redis.get(new StoreKeys().history(mobile)))?.includes(what) === true,
  );
}

describeWithRedis('lookup', () => {
  test('given a request whose code was guessed at too often, then it is told as void, and one that was not as good', async () => {
    const shop = await Shop.open();
    const said = async (mobile: string) =>
      (await runCommandHere(['lookup', mobile], { REDIS_URL: shop.redisServer.url })).stdout;
    const [guessed, fresh] = [shop.newMobile(), shop.newMobile()];
    const captcha = await shop.seededCaptcha();
    await shop.api().sendSmsCode({ mobile: guessed, ...captcha });
    const wrong = shop.lastCode() === '000000' ? '000001' : '000000';
    for (let n = 0; n < 5; n += 1) await shop.api().verifySmsCode(guessed, wrong, captcha.uuid);
    await shop.api().sendSmsCode({ mobile: fresh, ...(await shop.seededCaptcha()) });
    await noted(shop, guessed);
    await noted(shop, fresh);

    expect(await said(guessed)).toMatch(/^REGISTER +.* ago +void +5 of 5 /m);
    expect(await said(fresh)).toMatch(/^REGISTER +.* ago +(4 min \d+ s|5 min) +0 of 5 /m);
    await shop.close();
  }, 60_000);

  test('given a message and a wrong code, then people read how much of each limit is used, and when it frees', async () => {
    const shop = await Shop.open();
    const mobile = shop.newMobile();
    const captcha = await shop.seededCaptcha();
    await shop.api().sendSmsCode({ mobile, ...captcha });
    await shop.api().verifySmsCode(mobile, shop.lastCode() === '000000' ? '000001' : '000000', captcha.uuid);
    await noted(shop, mobile);
    const { stdout } = await runCommandHere(['lookup', mobile], { REDIS_URL: shop.redisServer.url });
    await shop.close();
    for (const line of [
      /^list +on none$/m,
      /^wrong codes +1 in a row of 100, forgotten in (1 d|23 h 5\d min)$/m,
      /^cooldown +1 +1 +(FULL, free in (1 min|\d+ s))?$/m,
      /^mobile-hour +1 +5 +one more in (1 h|5\d min \d+ s)$/m,
      /^mobile-day +1 +10 +one more in (1 d|23 h 5\d min)$/m,
      /^budget +1 +10000 +one more in (1 d|23 h 5\d min)$/m,
    ])
      expect(stdout).toMatch(line);
  }, 60_000);

  test('given requests for several purposes, then they are told in the order in which they were made', async () => {
    const shop = await Shop.open({ SMS_COOLDOWN_SECONDS: '0' });
    const mobile = shop.newMobile();
    for (const purpose of ['LOGIN', 'REGISTER', 'CHANGE_MOBILE']) {
      expect((await shop.api().sendSmsCode({ mobile, purpose, ...(await shop.seededCaptcha()) })).reason).toBe('OK');
    }
    await noted(shop, mobile, 'CHANGE_MOBILE');
    const { stdout } = await runCommandHere(['lookup', mobile, '--json'], { REDIS_URL: shop.redisServer.url });
    const { requests } = JSON.parse(stdout) as { requests: { purpose: string; at: number }[] };
    expect(requests.map(({ purpose }) => purpose)).toEqual(['LOGIN', 'REGISTER', 'CHANGE_MOBILE']);
    await shop.close();
  }, 60_000);

  test('given two limits that refuse, then the one that does so for longer is told', async () => {
    const shop = await Shop.open({ SMS_PER_MOBILE_HOUR: '1' });
    const mobile = shop.newMobile();
    await shop.api().sendSmsCode({ mobile, ...(await shop.seededCaptcha()) });
    const settings = { REDIS_URL: shop.redisServer.url, SMS_PER_MOBILE_HOUR: '1' };
    const { stdout } = await runCommandHere(['lookup', mobile, '--json'], settings);
    expect(JSON.parse(stdout).next.refusedBy).toBe('mobile-hour');
    await shop.close();
  }, 60_000);

  test('given a line in a history that is none of ours, then the others are told', async () => {
    const shop = await Shop.open();
    const mobile = shop.newMobile();
    await shop.api().sendSmsCode({ mobile, ...(await shop.seededCaptcha()) });
    await noted(shop, mobile);
    await shop.redis.append(new StoreKeys().history(mobile), '\n{"at":');
    const { exitCode, stdout } = await runCommandHere(['lookup', mobile], { REDIS_URL: shop.redisServer.url });
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/sent: accepted by /);
    await shop.close();
  }, 60_000);
});
