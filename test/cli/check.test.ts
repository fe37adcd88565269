import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../harness/command-line';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { type Ronglian, startRonglian } from '../harness/ronglian';
import type { Environment } from '../harness/server-process';
import { startSilentServer } from '../harness/silent-server';
import { startCommandProxy } from '../store/command-proxy';

jest.setTimeout(60_000);

const findings = async (environment: Environment) => {
  const { exitCode, stdout } = await runCommand(['check', '--json'], environment);
  const { findings: all } = JSON.parse(stdout) as { findings: { level: string; what: string; words: string }[] };
  return { exitCode, of: (what: string) => all.filter((finding) => finding.what === what) };
};

describeWithRedis('check', () => {
  let redis: RedisServer;
  let ronglian: Ronglian;
  beforeAll(async () => {
    [redis, ronglian] = await Promise.all([startRedis(), startRonglian()]);
  });
  afterAll(async () => {
    await ronglian.standIn.close();
    await redis.close();
  });

  test('given all that a server needs, then it is content, and nothing was sent', async () => {
    const { exitCode, of } = await findings({ ...ronglian.environment, REDIS_URL: redis.url });
    expect(exitCode).toBe(0);
    expect(of('settings')).toMatchObject([{ level: 'ok' }]);
    expect(of('redis').map(({ words }) => words)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^version \d/),
        'evicts nothing',
        "its clock agrees with this machine's",
        expect.stringMatching(/forgets all limits when it restarts/),
      ]),
    );
    expect(of('ronglian')).toMatchObject([{ level: 'ok', words: expect.stringMatching(/can be reached/) }]);
    expect(ronglian.standIn.requests).toEqual([]);
  });

  test('given a Redis that evicts, or none, or a provider that nobody answers for, then each fails', async () => {
    const evicting = await startRedis({ args: ['--maxmemory', '100mb', '--maxmemory-policy', 'allkeys-lru'] });
    const gone = await startRonglian();
    await gone.standIn.close();
    const both = await findings({ ...gone.environment, REDIS_URL: evicting.url });
    await evicting.close();
    expect(both.exitCode).toBe(1);
    expect(both.of('redis')).toContainEqual(
      expect.objectContaining({ level: 'failed', words: expect.stringMatching(/allkeys-lru forgets limits/) }),
    );
    expect(both.of('ronglian')).toMatchObject([{ level: 'failed', words: expect.stringMatching(/ECONNREFUSED$/) }]);
    const none = await findings({ ...ronglian.environment, REDIS_URL: evicting.url });
    expect(none.exitCode).toBe(1);
    expect(none.of('redis')).toMatchObject([{ level: 'failed', words: expect.stringMatching(/^can't be used: /) }]);
  });

  test('given a policy that evicts, and memory without a bound, then nothing is evicted', async () => {
    const boundless = await startRedis({ args: ['--maxmemory', '0', '--maxmemory-policy', 'allkeys-lru'] });
    const { exitCode, of } = await findings({ ...ronglian.environment, REDIS_URL: boundless.url });
    await boundless.close();
    expect(exitCode).toBe(0);
    expect(of('redis')).toContainEqual(expect.objectContaining({ level: 'ok', words: 'evicts nothing' }));
  });

  test.each([
    [500, 'ok', /agrees/],
    [-5_000, 'warning', /behind this machine's/],
    [30_000, 'warning', /ahead of this machine's/],
    [90_000, 'failed', /ahead of this machine's/],
    [-90_000, 'failed', /behind this machine's/],
  ])('given a Redis whose clock is %d ms ahead, then that is told as %s', async (aheadMs, level, words) => {
    const proxy = await startCommandProxy(redis.port, async (command) => {
      if (!/^\*1\r\n\$4\r\ntime\r\n$/i.test(command)) return undefined;
      const seconds = ((Date.now() + aheadMs) / 1000).toFixed(6).split('.');
      return `*2\r\n${seconds.map((part) => `$${part.length}\r\n${part}\r\n`).join('')}`;
    });
    const { exitCode, of } = await findings({ ...ronglian.environment, REDIS_URL: proxy.url });
    await proxy.close();
    expect(of('redis').filter((finding) => /clock/.test(finding.words))).toMatchObject([
      { level, words: expect.stringMatching(words) },
    ]);
    expect(exitCode).toBe(level === 'failed' ? 1 : 0);
  });

  test('given a provider that takes the connection and says nothing, then it fails when the wait is over', async () => {
    const silent = await startSilentServer();
    const RONGLIAN_BASE_URL = `https://${silent.address}`;
    const { exitCode, of } = await findings({ ...ronglian.environment, RONGLIAN_BASE_URL, SMS_TIMEOUT_MS: '300' });
    silent.close();
    expect(exitCode).toBe(1);
    expect(of('ronglian')).toMatchObject([{ level: 'failed', words: expect.stringMatching(/reached: timeout$/) }]);
  });

  test('given bad settings, then all of them are told, as at a start', async () => {
    const said = await runCommand(['check'], { SMS_PROVIDERS: 'twilio', PORT: 'many' });
    expect(said.exitCode).toBe(1);
    expect(said.stderr).toMatch(/^Bad settings:\n {2}PORT .*\n {2}TWILIO_ACCOUNT_SID is missing/);
  });

  test('given documents that the schema cannot run, then they are told as at a start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'documents-'));
    const file = join(folder, 'persisted-documents.json');
    writeFileSync(file, JSON.stringify({ abc: '{ nothingOfOurs }' }));
    const said = await runCommand(['check'], { ...ronglian.environment, TRUSTED_DOCUMENTS: file });
    rmSync(folder, { recursive: true });
    expect(said).toMatchObject({ exitCode: 1, stdout: '' });
    expect(said.stderr).toMatch(/^Bad settings:\n {2}TRUSTED_DOCUMENTS: document "abc" can't be run: .*nothingOfOurs/);
  });
});

describe('The command line', () => {
  test.each([
    ['status'],
    ['lookup', '13800138000'],
    ['reset', '13800138000'],
    ['block', '13800138000', '--reason', 'why'],
    ['allow', '13800138000', '--reason', 'why'],
    ['unblock', '13800138000'],
  ])('%s without a Redis says in one line why it can do nothing', async (...args) => {
    const plain = await runCommand(args);
    expect(plain).toMatchObject({ exitCode: 1, stdout: '' });
    expect(plain.stderr).toMatch(/^The in-process store .* needs a store on Redis \(REDIS_URL\)\n$/);
    const json = await runCommand([...args, '--json']);
    expect(json).toMatchObject({ exitCode: 1, stderr: '' });
    expect(JSON.parse(json.stdout)).toEqual({ error: plain.stderr.trim() });
  });

  test.each([
    ['an unknown command', ['unheard-of']],
    ['an unknown option', ['status', '--verbose']],
    ['an argument too many', ['status', 'now']],
    ['no number', ['lookup']],
    ['no mobile', ['lookup', '12345']],
    ['two numbers', ['lookup', '13800138000', '13800138001']],
    ['no reason', ['block', '13800138000']],
    ['a reason of two lines', ['block', '13800138000', '--reason', 'one\ntwo']],
    ['no span', ['allow', '13800138000', '--reason', 'why', '--for', 'ever']],
    ['a span of years', ['allow', '13800138000', '--reason', 'why', '--for', '9999d']],
    ['serve with arguments', ['serve', 'now']],
  ])('%s is a wrong call', async (_, args) => {
    const { exitCode, stdout, stderr } = await runCommand(args);
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: sms-verification /m);
  });

  test('it says its version, and how it is called', async () => {
    for (const [args, said] of [
      [['--version'], /^\d+\.\d+\.\d+\n$/],
      [['help'], /^ {2}lookup +all that is known of a number/m],
      [['lookup', '--help'], /^Usage: sms-verification lookup MOBILE/],
    ] as const) {
      const { exitCode, stdout } = await runCommand(args);
      expect(stdout).toMatch(said);
      expect(exitCode).toBe(0);
    }
  });
});
