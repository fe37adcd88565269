import { Redis } from 'ioredis';
import { runCommandHere } from '../harness/command-line';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';

const MOBILE = '13800138000';

describeWithRedis('What operators change', () => {
  let redis: RedisServer;
  let client: Redis;
  beforeAll(async () => {
    redis = await startRedis();
    client = new Redis(redis.url);
  });
  afterAll(async () => {
    client?.disconnect();
    await redis?.close();
  });
  beforeEach(() => client.flushall());

  const run = (...args: string[]) => runCommandHere(args, { REDIS_URL: redis.url, SMS_PER_NETWORK_HOUR: '7' });
  const json = async (...args: string[]) => JSON.parse((await run(...args, '--json')).stdout);

  test('given no span, then a block holds for 30 days, and a number is allowed for one', async () => {
    expect(await json('block', MOBILE, '--reason', 'bombed')).toMatchObject({
      list: 'blocked',
      forSeconds: 30 * 86_400,
    });
    expect(await json('allow', MOBILE, '--reason', 'ours')).toMatchObject({ list: 'allowed', forSeconds: 86_400 });
  });

  test('given a span of nothing, then it is a wrong call, and nothing is changed', async () => {
    expect(await run('block', MOBILE, '--reason', 'bombed', '--for', '0m')).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await client.dbsize()).toBe(0);
  });

  test('given a block, then its line for the log hides the number, and its history says what was done and why', async () => {
    await run('block', MOBILE, '--reason', 'bombed');
    const audit = String(await client.get('tally:audit'));
    expect(audit).toContain('"mobile":"138****8000"');
    expect(audit).not.toContain(MOBILE);
    expect(audit).toMatch(/"asked":"20\d\d-\d\d-\d\dT[\d:.]+Z"/);
    const { events } = await json('lookup', MOBILE);
    expect(events).toMatchObject([{ event: 'operator', change: 'block', reason: 'bombed' }]);
    expect((await run('lookup', MOBILE)).stdout).toContain('operator: block, bombed');
  });

  test('given a reset, then who asked and the log are told what was forgotten', async () => {
    const said = async (...options: string[]) => (await run('reset', MOBILE, ...options)).stdout;
    expect(await said()).toBe(`${MOBILE}: 0 counts of messages forgotten. Its live codes stay good.\n`);
    expect(await said('--lockout')).toMatch(/^13800138000: 0 counts of messages and wrong codes forgotten\./);
    expect(await json('reset', MOBILE)).toEqual({ mobile: MOBILE, counts: 0, lockout: false });
    expect(await json('reset', MOBILE, '--lockout')).toEqual({ mobile: MOBILE, counts: 0, lockout: true });
    const audit = String(await client.get('tally:audit'));
    expect([...audit.matchAll(/"change":"([^"]+)"/g)].map(([, change]) => change)).toEqual([
      ...['reset', 'reset, lockout too'],
      ...['reset', 'reset, lockout too'],
    ]);
  });

  test('given a list, then who asked is told for how long, and what it was when it ends', async () => {
    const list = async (...args: string[]) => (await run(...args, '--reason', 'ours', '--for', '90m')).stdout;
    expect(await list('block', MOBILE)).toBe(`${MOBILE} is blocked for 1 h 30 min: nothing is sent to it\n`);
    expect(await json('unblock', MOBILE)).toEqual({ mobile: MOBILE, was: 'blocked' });
    expect(await list('allow', MOBILE)).toMatch(
      /^13800138000 is allowed for 1 h 30 min: .*; cooldown, budget, .* hold\n$/,
    );
    expect(await json('unblock', MOBILE)).toEqual({ mobile: MOBILE, was: 'allowed' });
    expect(await json('unblock', MOBILE)).toEqual({ mobile: MOBILE, was: null });
  });

  test('given no secret that all processes share, then lookup names no mobileId: the servers have another', async () => {
    expect((await json('lookup', MOBILE)).mobileId).toBeNull();
    expect((await run('lookup', MOBILE)).stdout).toContain('mobileId not known');
  });

  test('lookup tells of the limits of a number and of all, and of none that belongs to an unknown client or network', async () => {
    const { limits } = await json('lookup', MOBILE);
    const rules = limits.map(({ rule }: { rule: string }) => rule);
    expect(rules).toEqual(expect.arrayContaining(['cooldown', 'mobile-hour', 'mobile-day', 'budget']));
    expect(rules.join()).not.toMatch(/client|network/);
  });

  test('given an option that there is not, then one sentence names it', async () => {
    const { stderr } = await run('status', '--verbose');
    expect(stderr.split('\n')[0]).toBe("Unknown option '--verbose'");
  });
});
