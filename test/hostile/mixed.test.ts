import { Dice } from '../attack/fuzz/dice';
import { graphqlBody, PLANTED, requestHeaders } from '../attack/fuzz/graphql-bodies';
import { rawRequest } from '../attack/fuzz/raw-requests';
import { ensurePage } from '../harness/built-page';
import { get, open, postJson, statuses, untilClosed } from './support/raw-client';
import { MEGABYTE, PATIENCE_MS, Victim } from './support/victim';

const SEED = Number(process.env.FUZZ_SEED ?? 20_261_126);
/** At least so many; on two busy cores 12,000 take under two minutes. */
const REQUESTS = Number(process.env.HOSTILE_REQUESTS ?? 12_000);
const BURST = 8;
const ANSWER_MS = 15_000;

const PATHS = [
  '/',
  '/index.html',
  '/graphql',
  '/healthz',
  '/readyz',
  '/metrics',
  '/nothing',
  '/dev/last-sms?mobile=1',
  '//x',
  '/image_codes/12345678/',
  '/image_codes/%00/',
  '/sms_codes/13800138000/?image_code=x&uuid=12345678',
  '/verifications/smscodes/%ff?text=%ff&uid=?&&&',
];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH', 'TRACE', 'PROPFIND', 'M-SEARCH'];
const ENCODINGS = ['br', 'gzip', '*;q=0', 'identity;q=0', ',,,', 'x'.repeat(8_000), 'br;q=', ''];

describe(`${REQUESTS} hostile requests of all kinds (FUZZ_SEED=${SEED})`, () => {
  let victim: Victim;
  const answered = new Map<number, number>();

  beforeAll(async () => {
    ensurePage();
    // So little that whatever is kept ends the process.
    victim = await Victim.start({ NODE_OPTIONS: '--max-old-space-size=96', TRUST_PROXY: '1', ORIGINAL_API: 'strings' });
  }, 120_000);

  afterAll(() => victim?.stop());

  const note = (status: number) => answered.set(status, (answered.get(status) ?? 0) + 1);

  /** Bytes over a connection of their own; a stranger may hang up without reading, or end what it says and read to the end. */
  async function send(bytes: string | Buffer, reads: boolean): Promise<string> {
    const socket = await open(victim.port);
    if (!reads) {
      socket.write(bytes);
      setTimeout(() => socket.destroy(), 5);
      return '';
    }
    const closed = untilClosed(socket, ANSWER_MS);
    socket.end(bytes);
    const text = await closed;
    if (text === undefined) throw new Error(`A connection stayed open: ${bytes.toString('latin1').slice(0, 400)}`);
    return text;
  }

  /** One attack of some requests; returns all that came back. */
  async function attack(dice: Dice): Promise<string> {
    switch (dice.below(6)) {
      case 0:
        return send(rawRequest(dice), !dice.oneIn(3));
      case 1:
        return send(get(dice.pick(PATHS)).repeat(1 + dice.below(40)), !dice.oneIn(3));
      case 2: {
        const query = `${'#\n'.repeat(dice.below(5_000))}#${dice.below(1e9)}\n{ imageCaptcha { uuid } }`;
        const { status, text } = await victim.post({ query });
        note(status);
        return text;
      }
      case 3: {
        const [path, method] = [dice.pick(PATHS), dice.pick(METHODS)];
        const headers = {
          'accept-encoding': dice.pick(ENCODINGS),
          'sec-fetch-site': dice.pick(['same-origin', 'cross-site', 'none']),
          'x-forwarded-for': `${dice.below(1e9)}${'y'.repeat(9_000)}, 1.2.3.${dice.below(256)}`,
        };
        const { status, text } = await victim.request(path, { method, headers });
        note(status);
        return text;
      }
      case 4:
        return send(postJson('{"query":"{ imageCaptcha { uuid image } }"}').repeat(1 + dice.below(20)), dice.oneIn(2));
      default: {
        const { status, text } = await victim.request('/graphql', {
          method: 'POST',
          headers: requestHeaders(dice),
          body: graphqlBody(dice).toString(),
        });
        note(status);
        return text;
      }
    }
  }

  test(
    'no 5xx, no echo, flat memory, and others are served',
    async () => {
      const wrong: string[] = [];
      const bytes: number[] = [];
      const rounds = 4;
      for (let round = 0; round < rounds; round++) {
        await victim.each(Math.ceil(REQUESTS / BURST / rounds), async (n) => {
          for (let i = 0; i < BURST; i++) {
            const text = await attack(new Dice(SEED + (round * REQUESTS + n) * BURST + i));
            for (const status of statuses(text)) note(status);
            if (PLANTED.some((secret) => text.includes(secret))) wrong.push(text.slice(0, 400));
          }
        });
        expect(await victim.otherClientWaits()).toBeLessThan(PATIENCE_MS);
        bytes.push(await victim.server.heldBytes());
      }
      expect(wrong.slice(0, 3)).toEqual([]);
      expect([...answered.keys()].filter((status) => status >= 500)).toEqual([]);
      for (const status of [200, 400, 404, 405]) expect(answered.get(status)).toBeGreaterThan(50);
      // The first round warms up what the attack alone uses.
      expect((bytes.at(-1) ?? 0) - (bytes[0] ?? 0)).toBeLessThan(50 * MEGABYTE);
      await victim.expectRecovered();
    },
    Math.max(300_000, REQUESTS * 20),
  );
});
