import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compiledServer } from '../harness/compiled-server';
import { describeWithRedis } from '../harness/redis-server';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';
import { waitUntil } from '../harness/wait-until';

const ROOT = join(__dirname, '../..');
const execute = promisify(execFile);
const chapter = /^## First aid\n(.*?)^## /ms.exec(readFileSync(join(ROOT, 'docs/operations.md'), 'utf8'))?.[1] ?? '';
const commands = [...chapter.matchAll(/^ {4}(\S.*)$/gm)].map(([, line = '']) => line);

const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(ROOT, 'src', file), 'utf8'))
  .join('\n');

test('First aid looks for log lines that the server writes', () => {
  const messages = [...chapter.matchAll(/"msg":"([^"]+)"/g)].map(([, text = '']) => text);
  expect(messages.length).toBeGreaterThan(3);
  expect(messages.filter((text) => !sources.includes(`'${text}'`))).toEqual([]);
  const rows = [...chapter.matchAll(/^\| `([A-Z][^`]+)`/gm)].map(([, text = '']) => text);
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.filter((text) => !sources.includes(`'${text}'`) && !sources.includes(`"${text}"`))).toEqual([]);
  const events = [...chapter.matchAll(/^\| `([a-z-]+)`/gm)].map(([, event = '']) => event);
  expect(events.length).toBeGreaterThan(5);
  expect(events.filter((event) => !sources.includes(`'${event}'`))).toEqual([]);
});

test('First aid names rules that there are', () => {
  const cells = [...chapter.matchAll(/^\| (?:`refused`, `rule` )?([a-z][a-z, -]+?)(?:, of everybody)? \|/gm)];
  const rules = cells.flatMap(([, cell = '']) => cell.split(', '));
  expect(rules).toEqual(expect.arrayContaining(['cooldown', 'failures', 'budget', 'captcha-minute', 'captchas-live']));
  const unknown = rules.filter(
    (rule) => !['none', 'reason', 'the line', 'the last line'].includes(rule) && !sources.includes(`'${rule}'`),
  );
  expect(unknown).toEqual([]);
});

describeWithRedis('First aid', () => {
  let shop: Shop;
  let folder: string;
  jest.setTimeout(60_000);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'first-aid-'));
    shop = await Shop.open({ ...NO_CLIENT_LIMITS, SMS_PER_MOBILE_HOUR: '1' });
  });

  afterAll(async () => {
    await shop?.close();
    rmSync(folder, { recursive: true });
  });

  /** Runs a line of the chapter as it stands there, for the shop's Redis and server; what it says. */
  async function run(beginning: string, mobile = ''): Promise<string> {
    const command = commands.find((line) => line.startsWith(beginning)) ?? `no command begins ${beginning}`;
    const here = command
      .replace(/ {2,}#.*/, '')
      .replaceAll('13800138000', mobile)
      .replace('redis-cli', `redis-cli -u ${shop.redisServer.url}`)
      .replace('npx sms-verification', `'${process.execPath}' '${compiledServer()}'`)
      .replace(
        '"mobileId":"…"',
        `"mobileId":"${shop.server.logs.findLast(({ class: c }) => c === 'accepted')?.mobileId}"`,
      )
      .replace('$METRICS', `${shop.server.url}/metrics`);
    writeFileSync(join(folder, 'server.log'), shop.server.stdout);
    const env = { PATH: process.env.PATH, ...shop.environment, REDIS_TIMEOUT_MS: '10000' };
    return (await execute('bash', ['-c', here], { cwd: folder, env })).stdout;
  }

  const send = async (mobile: string) =>
    (await shop.api().sendSmsCode({ mobile, ...(await shop.seededCaptcha()) })).reason;

  test('lets a number through', async () => {
    const mobile = shop.newMobile();
    expect(await send(mobile)).toBe('OK');
    await shop.redis.del(`{sms:${mobile}}:cooldown`);
    expect(await send(mobile)).toBe('QUOTA_EXCEEDED');
    expect(await run('npx sms-verification lookup', mobile)).toContain('refused: mobile-hour, free in');
    expect(await run('npx sms-verification reset', mobile)).toMatch(/: [1-9] counts of messages forgotten/);
    expect(await send(mobile)).toBe('OK');
    await run('npx sms-verification allow', mobile);
    await shop.redis.del(`{sms:${mobile}}:cooldown`);
    expect(await send(mobile)).toBe('OK');
    expect(await run('npx sms-verification status')).toMatch(/^budget /m);

    const locked = shop.newMobile();
    await shop.redis.set(`{sms:${locked}}:failures`, '100', 'PX', 3_600_000);
    expect(await send(locked)).toBe('SMS_CODE_LOCKED');
    await run('npx sms-verification reset 13800138000 --lockout', locked);
    expect(await send(locked)).toBe('OK');
  });

  test('finds what it greps for in the metrics', async () => {
    await send(shop.newMobile());
    const asked = commands.filter((line) => line.startsWith('curl -s $METRICS'));
    expect(asked).toHaveLength(4);
    for (const command of asked) {
      const said = await run(command.slice(0, -1));
      const names = /\((.+)\)/.exec(command)?.[1]?.split('|') ?? [command.replace(/.*grep \^(\w+).*/, '$1')];
      for (const name of names) expect(said).toContain(name);
    }
  });

  test('finds what it greps for in the log', async () => {
    const ofSends = () => shop.server.logs.filter(({ event }) => event === 'send');
    await send(shop.newMobile());
    shop.standIn.behave('reset');
    await send(shop.newMobile());
    shop.standIn.behave('accept');
    // Lines arrive a moment after the answer.
    await waitUntil('the line of the second', () => ofSends().at(-1)?.class === 'unknown');
    const [accepted, unknown] = ofSends().slice(-2);
    const own = (await run(`grep '"mobileId":`)).trim().split('\n');
    expect(own.map((line) => JSON.parse(line).mobileId)).toEqual(own.map(() => accepted?.mobileId));
    expect(await run(`grep '"event":"send"'`)).toMatch(/^ *\d+ "mobile":"138\n$/);
    const failed = (await run(`grep -E '"msg":"SMS provider`)).trim().split('\n').at(-1) ?? '';
    expect(JSON.parse(failed)).toMatchObject({ smsId: unknown?.smsId, class: 'unknown' });
  });

  test('gives a full Redis room, and all is well without a restart', async () => {
    await shop.redis.config('SET', 'maxmemory', '1');
    expect((await shop.api().imageCaptcha()).reason).toBe('SERVICE_UNAVAILABLE');
    // It answers, and so it can be asked.
    expect((await fetch(`${shop.server.url}/readyz`)).status).toBe(200);
    const line = () => shop.server.logs.findLast(({ msg }) => msg === 'No captcha could be issued: the store failed');
    await waitUntil('its line is written', () => line() !== undefined);
    expect(line()?.error).toMatch(/full|memory|OOM/i);
    expect(await run('redis-cli INFO memory')).toMatch(/maxmemory_policy:/);
    expect((await run('redis-cli CONFIG SET maxmemory')).trim()).toBe('OK');
    expect((await shop.api().imageCaptcha()).reason).toBe('OK');
  });
});
