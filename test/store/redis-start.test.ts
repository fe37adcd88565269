import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { openStore } from '../../src/store/open-store';
import { redisTarget } from '../../src/store/redis/redis-target';
import { StoreUnavailableError } from '../../src/store/store';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { isScriptCall, startCommandProxy } from './command-proxy';
import { captcha } from './requests';

describeWithRedis('a start on a Redis that cannot keep what must be remembered', () => {
  let server: RedisServer;
  let client: Redis;
  const warnings: [object, string][] = [];
  beforeEach(async () => {
    warnings.length = 0;
    server = await startRedis();
    client = new Redis(server.url);
  });
  afterEach(async () => {
    client.disconnect();
    await server.close();
  });

  const open = (url: string) =>
    openStore(
      { kind: 'redis', target: redisTarget(url), timeoutMs: 5_000 },
      { log: { warn: (fields: object, message: string) => warnings.push([fields, message]) } as never },
    );
  const expectRefused = async (url: string, why: RegExp) => {
    const started = open(url);
    await expect(started).rejects.toBeInstanceOf(StoreUnavailableError);
    await expect(started).rejects.toThrow(why);
    expect(await client.dbsize()).toBe(0);
  };

  test('given a database that is not there, when it is opened, then the start ends, and nothing is in database 0', async () => {
    await expectRefused(`${server.url}/99`, /database 99 can't be used: ERR DB index is out of range/);
  });

  test('given a database that is there, when it is opened, then it is used', async () => {
    const store = await open(`${server.url}/2`);
    await store.issueCaptcha(captcha());
    await store.close();
    expect(await client.dbsize()).toBe(0);
    await client.select(2);
    expect(await client.exists('img:uuid-1')).toBe(1);
  });

  test('given a wrong password, when it is opened, then the start ends and says so, without the password', async () => {
    await client.config('SET', 'requirepass', 'right-one');
    const started = open(server.url.replace('redis://', 'redis://:wrong-one@'));
    await expect(started).rejects.toThrow(/WRONGPASS/);
    await expect(started).rejects.not.toThrow(/wrong-one/);
    await expectRefused(server.url, /NOAUTH/);
  });

  test('given a user who may not write, when it is opened, then the start ends and says so', async () => {
    await client.call(
      'ACL',
      'SETUSER',
      'reader',
      'on',
      '>secret',
      '~*',
      '+@read',
      '+@connection',
      '+@scripting',
      '+info',
      '+time',
    );
    await expectRefused(
      server.url.replace('redis://', 'redis://reader:secret@'),
      /a test write failed: .*(NOPERM|can't run this command|permissions)/i,
    );
  });

  describe('given a user who may touch the keys that docs/sharing.md names', () => {
    const documented = /^ACL SETUSER verification on >CHANGE-ME (.*)$/m.exec(
      readFileSync(join(__dirname, '../../docs/sharing.md'), 'utf8'),
    )?.[1];
    const rules = documented?.split(' ') ?? [];
    const patterns = rules.filter((rule) => rule.startsWith('~'));
    const asUser = async (allowed: readonly string[]) => {
      await client.call('ACL', 'SETUSER', 'limited', 'reset', 'on', '>secret', ...allowed);
      return server.url.replace('redis://', 'redis://limited:secret@');
    };

    test('when it is opened, then it starts', async () => {
      const store = await open(await asUser(rules));
      expect(await store.issueCaptcha(captcha())).toEqual({ status: 'ok' });
      await store.close();
    });

    test('when it may not ask what Redis says of itself, then it starts all the same, and that is not known', async () => {
      const store = await open(await asUser([...rules, '-info']));
      expect(await store.issueCaptcha(captcha())).toEqual({ status: 'ok' });
      const [node, ...others] = await store.operator.nodes().finally(() => store.close());
      expect(others).toEqual([]);
      expect(node).toMatchObject({ version: undefined, persistent: undefined, clockAheadMs: expect.any(Number) });
      expect(warnings).toEqual([]);
    });

    test('when one of them is missing, then the start ends and says so', async () => {
      expect(patterns.length).toBeGreaterThan(10);
      for (const missing of patterns) {
        const url = await asUser(rules.filter((rule) => rule !== missing));
        await expectRefused(url, /a test write failed: .*(NOPERM|can't access|permissions)/i);
      }
    });

    test.each(['+set', '+pexpire', '+del'])('when %s is missing, then the start ends and says so', async (missing) => {
      expect(rules).toContain(missing);
      const started = open(await asUser(rules.filter((rule) => rule !== missing)));
      await expect(started).rejects.toThrow(/a test write failed: .*(NOPERM|can't run this command|permissions)/i);
    });
  });

  test('given a read-only replica, when it is opened, then the start ends and says so', async () => {
    await client.call('REPLICAOF', '127.0.0.1', '1');
    await expectRefused(server.url, /a test write failed: .*READONLY/);
  });

  test('given a Redis that is full, when it is opened, then it starts, and a line says that every request is refused', async () => {
    await client.config('SET', 'maxmemory', '1');
    const store = await open(server.url);
    expect(warnings.map(([, message]) => message)).toEqual([
      'Redis takes no writes at the moment: every request is refused until it does',
    ]);
    await expect(store.issueCaptcha(captcha())).rejects.toBeInstanceOf(StoreUnavailableError);
    await store.close();
  });

  test.each([
    "OOM command not allowed when used memory > 'maxmemory'.",
    'MISCONF Redis is configured to save RDB snapshots, but it is currently unable to persist to disk.',
    'NOREPLICAS Not enough good replicas to write.',
    'LOADING Redis is loading the dataset in memory',
    'CLUSTERDOWN The cluster is down',
  ])('given a Redis that answers %s, when it is opened, then it starts, and that is warned of', async (error) => {
    const proxy = await startCommandProxy(server.port, async (command) =>
      isScriptCall(command) ? `-${error}\r\n` : undefined,
    );
    const store = await open(proxy.url);
    expect(warnings).toEqual([[{ error: expect.stringContaining(error) }, expect.stringMatching(/takes no writes/)]]);
    await store.close();
    await proxy.close();
  });

  test.each([
    ['allkeys-lru', '100mb', 1],
    ['volatile-ttl', '100mb', 1],
    ['noeviction', '100mb', 0],
    ['allkeys-lru', '0', 0],
  ])(
    'given the policy %s and maxmemory %s, when it is opened, then there are %d warnings',
    async (policy, memory, count) => {
      await client.config('SET', 'maxmemory-policy', policy);
      await client.config('SET', 'maxmemory', memory);
      await (await open(server.url)).close();
      expect(warnings).toHaveLength(count);
      if (count > 0) expect(warnings[0]?.[0]).toEqual({ policy });
    },
  );
});
