import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { ensurePage } from '../harness/built-page';
import { waitUntil } from '../harness/wait-until';
import { get, open, postJson, statuses, untilClosed } from './support/raw-client';
import { MEGABYTE, PATIENCE_MS, Victim } from './support/victim';

const CAPTCHA = postJson('{"query":"{ imageCaptcha { uuid image } }"}');
const SPEECH = postJson('{"query":"{ imageCaptcha(kind: AUDIO) { uuid audio } }"}');
/** Of an id of its own. */
const PICTURE = () => get(`/image_codes/${randomUUID()}/`, 'sec-fetch-site: same-origin\r\n');

describe('What connections can hold', () => {
  let victim: Victim;
  let script: string;
  let sockets: Socket[];
  jest.setTimeout(180_000);

  const start = () => Victim.start({ ORIGINAL_API: '1' });

  beforeAll(async () => {
    ensurePage();
    const first = await start();
    script = /src="([^"]+\.js)"/.exec((await first.request('/')).text)?.[1] ?? '';
    await first.stop();
  });

  beforeEach(() => {
    sockets = [];
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
  });

  async function openMany(count: number, port = victim.port): Promise<Socket[]> {
    const opened: Socket[] = [];
    for (let i = 0; i < count; i++) opened.push(await open(port));
    sockets.push(...opened);
    return opened;
  }

  test('clients that ask 1,500 times and never read are cut off, and hold little until then', async () => {
    const attacks: [count: number, request: () => string][] = [
      [12, () => get(script)],
      [12, () => CAPTCHA],
      [3, () => SPEECH],
      [12, PICTURE],
    ];
    // Each on a server of its own, at the same time: most of it is waiting until they are cut off.
    const attack = async (victim: Victim, count: number, request: () => string) => {
      const before = await victim.server.heldBytes();
      for (const socket of await openMany(count, victim.port)) {
        socket.pause();
        socket.write(Array.from({ length: 1_500 }, request).join(''));
      }
      const waits: number[] = [];
      for (let i = 0; i < 10; i++) {
        waits.push(await victim.otherClientWaits());
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(victim.openFiles).toBeLessThan(200);
      expect((await victim.server.heldBytes()) - before).toBeLessThan(60 * MEGABYTE);
      expect(Math.max(...waits.slice(1))).toBeLessThan(PATIENCE_MS);
      // Their side stays open: what is closed is closed by the server.
      await waitUntil('they are cut off', () => victim.openFiles < 40, 25_000);
      await victim.expectRecovered();
    };
    const victims = await Promise.all(attacks.map(start));
    try {
      await Promise.all(attacks.map(([count, request], n) => attack(victims[n] as Victim, count, request)));
    } finally {
      await Promise.all(victims.map((each) => each.stop()));
    }
  });

  describe('of one server', () => {
    beforeEach(async () => {
      victim = await start();
    });
    afterEach(() => victim?.stop());

    test('ten that pipeline a hundred GETs of the script and hang up leave no file open', async () => {
      for (const socket of await openMany(10)) {
        socket.write(get(script).repeat(100));
        setTimeout(() => socket.destroy(), 20);
      }
      await waitUntil('they have hung up', () => sockets.every((socket) => socket.destroyed));
      await victim.expectRecovered();
    });

    test('one that asks one by one and reads nothing of it is cut off within 15 s', async () => {
      const [socket] = await openMany(1);
      socket?.pause();
      const closed = new Promise<number>((resolve) => socket?.once('close', () => resolve(performance.now())));
      const begun = performance.now();
      const asking = setInterval(() => socket?.write(get(script)), 1);
      // Until it reads it doesn't learn of the end, but can write no more.
      socket?.once('error', () => socket.destroy());
      const ended = await closed;
      clearInterval(asking);
      expect(ended - begun).toBeLessThan(30_000);
      await victim.expectRecovered();
    });

    test('1,900 requests for /metrics in one write hold up nobody', async () => {
      const [socket] = await openMany(1);
      socket?.write(get('/metrics').repeat(1_900));
      expect(await victim.otherClientWaits()).toBeLessThan(PATIENCE_MS);
      await victim.expectRecovered();
    });

    test('a few pipelined requests are answered, in order', async () => {
      const [socket] = await openMany(1);
      const paths = ['/healthz', '/nothing', '/readyz', '/', '/healthz'];
      socket?.write(paths.map((path) => get(path)).join('') + get('/nothing', 'connection: close\r\n'));
      expect(statuses((await untilClosed(socket as Socket, 10_000)) ?? '')).toEqual([200, 404, 200, 200, 200, 404]);
    });

    test('5,000 idle ones and 500 slow ones hurt nobody, and are gone within 15 s', async () => {
      await openMany(5_500);
      for (const socket of sockets.slice(0, 250)) socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\nx: ');
      for (const socket of sockets.slice(250, 500)) socket.write(`${CAPTCHA.slice(0, -20)}`);
      const trickle = setInterval(() => {
        for (const socket of sockets.slice(0, 500)) if (socket.writable) socket.write('a');
      }, 900);
      const begun = performance.now();
      for (let i = 0; i < 5; i++) expect(await victim.otherClientWaits()).toBeLessThan(PATIENCE_MS);
      for (const socket of sockets) socket.resume();
      await waitUntil('they are cut off', () => victim.openFiles < 100, 30_000);
      clearInterval(trickle);
      expect(performance.now() - begun).toBeLessThan(30_000);
      await victim.expectRecovered();
    });
  });
});
