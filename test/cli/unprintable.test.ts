import { Redis } from 'ioredis';
import { StoreKeys } from '../../src/store/keys';
import { runCommandHere, type Said } from '../harness/command-line';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';

const MOBILE = '13800138000';
/** What a terminal obeys, breaks a line at, or turns the direction of writing with. */
const OBEYED = [
  ...['\u0007', '\u001b', '\u007f', '\u0080', '\u009b', '\u009f', '\u061c', '\u200e', '\u200f', '\u2028', '\u2029'],
  ...['\u202a', '\u202e', '\u2066', '\u2069'],
];
const names = OBEYED.map((character) => [character.charCodeAt(0).toString(16).padStart(4, '0'), character]);

const raw = ({ stdout, stderr }: Said) => OBEYED.filter((character) => (stdout + stderr).includes(character));

describeWithRedis('What a terminal obeys', () => {
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

  const run = (...args: string[]) => runCommandHere(args, { REDIS_URL: redis.url });

  test.each(names)('U+%s is taken in no reason, and nothing is changed', async (_, character) => {
    for (const command of ['block', 'allow']) {
      const said = await run(command, MOBILE, '--reason', `bombed${character}, they say`);
      expect(said).toMatchObject({ exitCode: 2, stdout: '' });
      expect(said.stderr).toMatch(/^--reason must say why, in one line .*\nUsage: /);
    }
    expect(await client.dbsize()).toBe(0);
  });

  test('letters of any language and signs made of several characters are taken', async () => {
    const reason = '被轰炸 żółć عربي 👩‍💻 “x”';
    expect(await run('block', MOBILE, '--reason', reason)).toMatchObject({ exitCode: 0 });
    expect((await run('lookup', MOBILE)).stdout).toContain(`: ${reason}`);
  });

  test('what another program left in Redis is printed without them, and --json says what it was', async () => {
    const text = `a${OBEYED.join('b')}c`;
    const keys = new StoreKeys();
    await client.set(keys.listed(MOBILE), `blocked ${Date.now()} ${text}`, 'PX', 60_000);
    const event = { at: Date.now(), event: 'operator', change: `block\nlist  on none`, reason: text };
    await client.set(keys.history(MOBILE), JSON.stringify(event));

    const plain = await run('lookup', MOBILE);
    expect(raw(plain)).toEqual([]);
    expect(plain.stdout).toContain(`: ${text.replace(/[^abc]/g, '?')}`);
    expect(plain.stdout).not.toMatch(/^list +on none/m);
    const json = await run('lookup', MOBILE, '--json');
    expect(raw(json)).toEqual([]);
    expect(JSON.parse(json.stdout)).toMatchObject({ list: { reason: text }, events: [{ reason: text }] });
  });

  test.each([
    ['a command', ['look\u001b[2J\u009bup']],
    ['an option', ['status', '--\u001b[2J\u009b']],
    ['help', ['lookup', '--help']],
  ])('%s is repeated without them', async (_, args) => {
    expect(raw(await run(...args))).toEqual([]);
  });
});
