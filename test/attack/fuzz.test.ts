import http from 'node:http';
import { connect } from 'node:net';
import { ApiClient } from '../harness/api-client';
import { compiledServer } from '../harness/compiled-server';
import { ServerProcess } from '../harness/server-process';
import { Dice } from './fuzz/dice';
import { graphqlBody, PLANTED, requestHeaders } from './fuzz/graphql-bodies';
import { rawRequest } from './fuzz/raw-requests';

const SEED = Number(process.env.FUZZ_SEED ?? 20_261_122);
const GRAPHQL_REQUESTS = 13_000;
const RAW_REQUESTS = 8_000;
const LANES = 24;
const WARM_UP = 0.3;
const MEGABYTE = 2 ** 20;

interface Seen {
  statuses: number[];
  text: string;
}

describe(`${GRAPHQL_REQUESTS + RAW_REQUESTS} malformed requests (FUZZ_SEED=${SEED})`, () => {
  let server: ServerProcess;
  let agent: http.Agent;

  beforeAll(async () => {
    const environment = {
      NODE_ENV: 'production',
      STORE: 'memory',
      SMS_PROVIDERS: 'console',
      LOG_LEVEL: 'trace',
      // So little that a leak ends the process.
      NODE_OPTIONS: '--max-old-space-size=96',
    };
    server = await new ServerProcess(environment, compiledServer(), true).ready();
    agent = new http.Agent({ keepAlive: true, maxSockets: LANES });
  }, 60_000);

  afterAll(async () => {
    agent?.destroy();
    await server?.stop();
  });

  /** One request over HTTP that is well-formed as such. */
  function post(body: string | Buffer, headers: Record<string, string>): Promise<Seen> {
    return new Promise((resolve, reject) => {
      const request = http.request(
        {
          agent,
          port: server.port,
          host: '127.0.0.1',
          path: '/graphql',
          method: 'POST',
          headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          response.on('end', () => resolve({ statuses: [response.statusCode ?? 0], text }));
          response.on('error', reject);
        },
      );
      request.on('error', reject).end(body);
    });
  }

  /** One connection with bytes of any kind; over when the server closes it, as it must once this side is at its end. */
  function raw(bytes: Buffer): Promise<Seen> {
    return new Promise((resolve) => {
      let text = '';
      const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.end(bytes));
      socket.setEncoding('latin1').setTimeout(12_000, () => {
        text += '\nHTTP/1.1 599 never closed';
        socket.destroy();
      });
      socket.on('data', (part) => {
        text += part;
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        const statuses = [...text.matchAll(/HTTP\/1\.[01] (\d{3})/g)].map(([, status]) => Number(status));
        resolve({ statuses, text });
      });
    });
  }

  const answers = new Map<number, number>();

  /** Runs so many, several at a time, and describes each that went wrong. */
  async function run(count: number, one: (n: number) => Promise<{ seen: Seen; sent: string }>): Promise<string[]> {
    const wrong: string[] = [];
    let next = 0;
    await Promise.all(
      Array.from({ length: LANES }, async () => {
        while (next < count && server.alive) {
          const n = next;
          next += 1;
          const { seen, sent } = await one(n).catch((error: Error) => ({
            seen: { statuses: [599], text: error.message },
            sent: `#${n}`,
          }));
          for (const status of seen.statuses) answers.set(status, (answers.get(status) ?? 0) + 1);
          const failed = seen.statuses.some((status) => status >= 500);
          const echoed = PLANTED.some((secret) => seen.text.includes(secret));
          if (failed || echoed) wrong.push(`#${n}: ${sent.slice(0, 600)}\n=> ${seen.text.slice(0, 600)}`);
        }
      }),
    );
    return wrong;
  }

  const fuzzGraphql = (from: number, count: number): Promise<string[]> =>
    run(count, async (n) => {
      const dice = new Dice(SEED + from + n);
      const [body, headers] = [graphqlBody(dice), requestHeaders(dice)];
      const sent = `${JSON.stringify(headers)} ${body}`;
      // A body that is refused for its length may be cut off with the connection, before the answer is read.
      const seen = await post(body, headers).catch(async (error: NodeJS.ErrnoException) => {
        if (Buffer.byteLength(body) > 16_384 && /^(ECONNRESET|EPIPE)$/.test(error.code ?? ''))
          return { statuses: [], text: '' };
        throw error;
      });
      if (seen.statuses.length > 0) JSON.parse(seen.text);
      return { seen, sent };
    });

  const fuzzHttp = (from: number, count: number): Promise<string[]> =>
    run(count, async (n) => {
      const bytes = rawRequest(new Dice(SEED + 1_000_000 + from + n));
      return { seen: await raw(bytes), sent: JSON.stringify(bytes.toString('latin1')) };
    });

  test('not one 5xx, no crash, no echo, no growth of memory, and others are served meanwhile', async () => {
    const latencies: number[] = [];
    let watching = true;
    const watch = (async () => {
      while (watching) {
        const begun = performance.now();
        await fetch(`${server.url}/healthz`, { headers: { connection: 'close' } });
        latencies.push(performance.now() - begun);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    })();

    const warmGraphql = Math.floor(GRAPHQL_REQUESTS * WARM_UP);
    const warmHttp = Math.floor(RAW_REQUESTS * WARM_UP);
    const wrong = [...(await fuzzGraphql(0, warmGraphql)), ...(await fuzzHttp(0, warmHttp))];
    const before = await server.heldBytes();
    wrong.push(...(await fuzzGraphql(warmGraphql, GRAPHQL_REQUESTS - warmGraphql)));
    wrong.push(...(await fuzzHttp(warmHttp, RAW_REQUESTS - warmHttp)));
    const after = await server.heldBytes();
    watching = false;
    await watch;

    expect(wrong.slice(0, 5)).toEqual([]);
    // They came to every place where a request is turned away, and to where it is answered.
    for (const status of [200, 400, 404, 405, 413, 415, 431]) {
      expect({ status, often: (answers.get(status) ?? 0) >= 10 }).toEqual({ status, often: true });
    }
    expect(server.alive).toBe(true);
    expect(after - before).toBeLessThan(20 * MEGABYTE);
    expect(latencies.length).toBeGreaterThan(10);
    expect(Math.max(...latencies)).toBeLessThan(10_000);
    expect(await new ApiClient(server.url).query('{ __typename }')).toMatchObject({ status: 200 });

    // Nothing went wrong inside either, and the log kept the marked texts to itself.
    expect(server.stderr).toBe('');
    expect(server.logs.filter(({ level }) => level >= 50)).toEqual([]);
    // Line by line, so that a failure shows the lines and not the whole log.
    const telling = server.stdout.split('\n').filter((line) => PLANTED.some((secret) => line.includes(secret)));
    expect(telling.slice(0, 5)).toEqual([]);
  }, 180_000);
});
