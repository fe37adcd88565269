import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { runCommand } from '../harness/command-line';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';

describeWithRedis('an operator whose account has no name, as in a container that runs under any number', () => {
  let redis: RedisServer;
  let client: Redis;
  let folder: string;
  beforeAll(async () => {
    redis = await startRedis();
    client = new Redis(redis.url);
    folder = mkdtempSync(join(tmpdir(), 'nameless-'));
    const error = "new Error('ENOENT: no such file or directory, uv_os_get_passwd')";
    writeFileSync(join(folder, 'nameless.js'), `require('node:os').userInfo = () => { throw ${error}; };`);
  });
  afterAll(async () => {
    client?.disconnect();
    await redis?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('can block a number, and the log names the number of the account', async () => {
    const environment = { REDIS_URL: redis.url, NODE_OPTIONS: `--require ${join(folder, 'nameless.js')}` };
    expect(await runCommand(['block', '13800138000', '--reason', 'bombed'], environment)).toMatchObject({
      exitCode: 0,
      stderr: '',
    });
    expect(await client.exists('{sms:13800138000}:listed')).toBe(1);
    expect(await client.get('tally:audit')).toContain(`"by":"uid ${process.getuid?.()}"`);
  });
});
