import { Redis } from 'ioredis';
import { openStore } from '../../src/store/open-store';
import { redisTarget } from '../../src/store/redis/redis-target';
import { runCommandHere } from '../harness/command-line';
import { LOOPBACKS } from '../harness/loopbacks';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { startRonglian } from '../harness/ronglian';
import { type Environment, startServer } from '../harness/server-process';
import { startSilentServer } from '../harness/silent-server';

const HOUR = 3_600_000;

describeWithRedis('status and lookup', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.close());

  const status = async (environment: Environment) =>
    JSON.parse((await runCommandHere(['status', '--json'], { REDIS_URL: redis.url, ...environment })).stdout);

  test('given messages of now, of two hours ago and of the day before, then each counts in its hour and its day', async () => {
    const store = await openStore({ kind: 'redis', target: redisTarget(redis.url), timeoutMs: 5_000 });
    const now = Date.now();
    await store.operator.tally({ 'sent:accepted': 1 }, now);
    await store.operator.tally({ 'sent:accepted': 10, 'refused:cooldown': 4 }, now - 2 * HOUR);
    await store.operator.tally({ 'sent:accepted': 100 }, now - 25 * HOUR);
    await store.close();
    expect((await status({})).counts).toEqual({
      'sent:accepted': { hour: 1, day: 11 },
      'refused:cooldown': { hour: 0, day: 4 },
    });
  });

  test('given budgets of countries, then each is told by its name beside the one of the shop, once', async () => {
    const { budgets } = await status({ SMS_COUNTRIES: 'CN,HK,SG', SMS_COUNTRY_BUDGETS: 'HK:7,SG:8' });
    expect(budgets).toEqual([
      { budget: 'budget', used: 0, of: 10_000 },
      { budget: 'budget HK', used: 0, of: 7 },
      { budget: 'budget SG', used: 0, of: 8 },
    ]);
  });

  test('given two of three messages of the budget, then status tells a share that is not more than what is used', async () => {
    const own = await startRedis();
    const { standIn, environment } = await startRonglian();
    const settings = { ...environment, REDIS_URL: own.url, SMS_DAILY_BUDGET: '3' };
    for (const mobile of ['13800138001', '13800138002']) await runCommandHere(['send-test', mobile], settings);
    const { stdout } = await runCommandHere(['status'], settings);
    await standIn.close();
    await own.close();
    expect(stdout).toMatch(/^budget +2 of 3 messages in 24 hours \(66 %\)$/m);
  });

  test('given no budget and nothing that has happened yet, then status says both in words', async () => {
    const settings = { REDIS_URL: redis.url, REDIS_KEY_PREFIX: 'new:', SMS_DAILY_BUDGET: '0' };
    const { stdout } = await runCommandHere(['status'], settings);
    expect(stdout).toMatch(/^budget +none: SMS_DAILY_BUDGET=0$/m);
    expect(stdout).toMatch(/^nothing was sent, refused or confirmed$/m);
  });

  test('given messages, refusals and confirmations, then people read them in this order, side by side', async () => {
    const place = { target: redisTarget(redis.url), timeoutMs: 5_000, keyPrefix: 'words:' };
    const store = await openStore({ kind: 'redis', ...place });
    await store.operator.tally({ confirmed: 3, 'refused:cooldown': 2, 'sent:accepted': 10 }, Date.now());
    await store.operator.tally({ 'refused:budget': 1 }, Date.now() - 2 * HOUR);
    await store.close();
    const { stdout } = await runCommandHere(['status'], { REDIS_URL: redis.url, REDIS_KEY_PREFIX: 'words:' });
    expect(stdout.split('\n').slice(1)).toEqual([
      'providers  console',
      'circuits   none: a lone provider is never skipped',
      'budget     0 of 10000 messages in 24 hours (0 %)',
      '',
      '                  last hour  last day',
      'sent accepted     10         10',
      'refused cooldown  2          2',
      'refused budget    0          1',
      'confirmed         3          3',
      '',
      expect.stringMatching(/^Of all servers on this Redis/),
      '',
    ]);
  });

  test('given a Redis that tells this user no version, then status says so', async () => {
    const admin = new Redis(redis.url);
    await admin.call('ACL', 'SETUSER', 'shop', 'on', '>secret', '~*', '+@all', '-info');
    admin.disconnect();
    const warned = jest.spyOn(console, 'warn').mockImplementation();
    const { stdout } = await runCommandHere(['status'], { REDIS_URL: `redis://shop:secret@127.0.0.1:${redis.port}` });
    warned.mockRestore();
    expect(stdout).toMatch(/^store +Redis version not told, answered in \d+ ms$/m);
  });

  test("lookup says nothing of a request's uuid, with which its code could be handed in", async () => {
    const uuid = '3f1c0c8e5b7d4a52';
    const store = await openStore({ kind: 'redis', target: redisTarget(redis.url), timeoutMs: 5_000 });
    const event = { at: Date.now(), event: 'code-right', purpose: 'REGISTER', uuid } as const;
    await store.operator.noteAll([{ mobile: '13800138000', event }]);
    await store.close();
    for (const more of [[], ['--json']]) {
      const { stdout } = await runCommandHere(['lookup', '13800138000', ...more], { REDIS_URL: redis.url });
      expect(stdout).toMatch(/REGISTER/);
      expect(stdout).not.toContain(uuid);
    }
  });

  test('given a server that takes the question and says nothing, then status waits a second and tells what it knows', async () => {
    const silent = await startSilentServer();
    const told = await status({ METRICS_PORT: new URL(`http://${silent.address}`).port });
    silent.close();
    expect(silent.sockets).not.toEqual([]);
    expect(told).toMatchObject({ circuits: null, counts: expect.any(Object) });
  });

  test('given a lone provider, then status says that it is never skipped', async () => {
    const { stdout } = await runCommandHere(['status'], { REDIS_URL: redis.url });
    expect(stdout).toMatch(/^circuits +none: a lone provider is never skipped$/m);
  });

  test.each(LOOPBACKS)('given a server on %s, then its circuits are asked for there', async (HOST) => {
    const { standIn, environment } = await startRonglian();
    const server = await startServer({ ...environment, HOST, REDIS_URL: redis.url, METRICS_PORT: '0' });
    const port = server.logs.find(({ msg }) => msg.startsWith('Ready'))?.metricsPort;
    const { circuits } = await status({ ...environment, HOST, METRICS_PORT: String(port) });
    await server.stop();
    await standIn.close();
    expect(circuits).toEqual({ ronglian: false });
  });
});
