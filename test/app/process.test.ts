import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { ApiClient } from '../harness/api-client';
import { runCommand } from '../harness/command-line';
import { describeWithRedis } from '../harness/redis-server';
import { type Environment, ServerProcess, startServer } from '../harness/server-process';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';
import { startSilentServer } from '../harness/silent-server';
import { waitUntil } from '../harness/wait-until';

/** A start that is to fail: how it ended and what it said. */
async function failedStart(environment: Environment): Promise<{ code: number | null; lines: string[] }> {
  const server = new ServerProcess(environment);
  const { code } = await server.exited;
  expect(server.stdout).toBe('');
  return { code, lines: server.stderr.trimEnd().split('\n') };
}

describe('A start that cannot succeed says why and ends with 1', () => {
  jest.setTimeout(60_000);

  test('bad settings: all of them, a line each', async () => {
    const { code, lines } = await failedStart({
      PORT: '70000',
      TRUST_PROXY: 'yes',
      SMS_CODE_TTL_SECONDS: '601',
      LOG_LEVEL: 'loud',
      REDIS_URL: 'redis://:hunter2@',
      SMS_PROVIDERS: 'ronglian',
    });
    expect(code).toBe(1);
    expect(lines).toEqual([
      'Bad settings:',
      '  PORT must be a whole number from 0 to 65535, not "70000"',
      '  LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, not "loud"',
      '  TRUST_PROXY must be a whole number from 0 to 16, not "yes"',
      expect.stringMatching(/^ {2}REDIS_URL must be redis:\/\/host:port/),
      '  SMS_CODE_TTL_SECONDS must be a whole number from 1 to 600, not "601"',
      '  RONGLIAN_ACCOUNT_SID is missing: SMS_PROVIDERS names ronglian',
      '  RONGLIAN_AUTH_TOKEN is missing: SMS_PROVIDERS names ronglian',
      '  RONGLIAN_APP_ID is missing: SMS_PROVIDERS names ronglian',
    ]);
    expect(lines.join()).not.toContain('hunter2');
  });

  test('production with neither Redis nor a provider, unless both are asked for by name', async () => {
    const { code, lines } = await failedStart({ NODE_ENV: 'production' });
    expect(code).toBe(1);
    expect(lines).toEqual([
      'Bad settings:',
      expect.stringMatching(/^ {2}SMS_PROVIDERS is missing: .*SMS_PROVIDERS=console$/),
      expect.stringMatching(/^ {2}REDIS_URL is missing: .*STORE=memory$/),
    ]);

    const server = await startServer({ NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console' });
    expect((await fetch(`${server.url}/readyz`)).status).toBe(200);
    await server.stop();
  });

  test('a port in use: one line that names it', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as AddressInfo;
    const { code, lines } = await failedStart({ PORT: String(port) });
    expect(code).toBe(1);
    expect(lines).toEqual([`Port ${port} is in use: stop what listens there, or set PORT to another`]);
    squatter.close();
  });

  test.each([
    ['that is not this machine', '192.0.2.1', /^HOST is no address of this machine \(EADDRNOTAVAIL\)$/],
    // EAI_AGAIN: here no name server answers.
    ['that nobody knows', 'no-such-host.invalid', /^HOST is no address of this machine \((ENOTFOUND|EAI_AGAIN)\)$/],
  ])('a host %s: one line', async (_, host, line) => {
    const { code, lines } = await failedStart({ HOST: host });
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringMatching(line)]);
  });

  test('a host while no name server answers: one line', async () => {
    // As Node tells it; a machine that has name servers can't be without them for one test.
    const unanswered = `import dns from 'node:dns';
      dns.lookup = (...args) => args.at(-1)(Object.assign(new Error('getaddrinfo'), { code: 'EAI_AGAIN' }));`;
    const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(unanswered)}`;
    const { code, lines } = await failedStart({ HOST: 'sms.shop.example', NODE_OPTIONS });
    expect(code).toBe(1);
    expect(lines).toEqual(['HOST is no address of this machine (EAI_AGAIN)']);
  });

  test('a Redis that is not there: one line, without its password', async () => {
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port } = closed.address() as AddressInfo;
    closed.close();
    await once(closed, 'close');
    const { code, lines } = await failedStart({ REDIS_URL: `redis://:hunter2@127.0.0.1:${port}` });
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringMatching(/^Redis \(REDIS_URL\) can't be used: /)]);
    expect(lines.join()).not.toContain('hunter2');
  });

  test('a Redis that takes the connection and says nothing: one line, after REDIS_TIMEOUT_MS', async () => {
    const silent = await startSilentServer();
    const { code, lines } = await failedStart({ REDIS_URL: `redis://${silent.address}`, REDIS_TIMEOUT_MS: '300' });
    expect(code).toBe(1);
    expect(lines).toEqual([expect.stringMatching(/^Redis \(REDIS_URL\) can't be used: /)]);
    silent.close();
  });
});

describe('A start that succeeds', () => {
  test('warns in production of metrics that everybody can read', async () => {
    const production = { NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console' };
    for (const [environment, warnings] of [
      [production, 1],
      [{ ...production, METRICS_PORT: '0' }, 0],
      [{}, 0],
    ] as const) {
      const server = await startServer(environment);
      expect(server.logs.filter(({ level, msg }) => level === 40 && msg.includes('METRICS_PORT'))).toHaveLength(
        warnings,
      );
      await server.stop();
    }
  }, 60_000);

  test('answers after at most 2 s of processor time', async () => {
    // Not of the clock on the wall, since others may hold the machine.
    const server = await startServer();
    expect(await new ApiClient(server.url).imageCaptcha()).toMatchObject({ reason: 'OK' });
    expect(server.processorMs).toBeLessThan(2000);
    await server.stop();
  });
});

describeWithRedis('A stop', () => {
  let shop: Shop;
  const started: ServerProcess[] = [];

  beforeAll(async () => {
    shop = await Shop.open({ ...NO_CLIENT_LIMITS, SMS_TIMEOUT_MS: '2000' });
  }, 60_000);

  afterAll(async () => {
    await Promise.all(started.map((server) => server.stop()));
    await shop?.close();
  });

  async function newServer(environment: Environment = {}): Promise<ServerProcess> {
    const server = await startServer({ ...shop.environment, ...environment });
    started.push(server);
    return server;
  }

  test.each(['SIGTERM', 'SIGINT'] as const)(
    '%s while a message hangs at the provider: its answer arrives, new connections are refused, the end is 0 within 10 s',
    async (signal) => {
      const server = await newServer();
      const api = new ApiClient(server.url);
      const mobile = shop.newMobile();
      shop.standIn.behave('hang-after-accept');
      shop.newMessages();
      const answer = api.sendSmsCode({ mobile, ...(await shop.seededCaptcha()) });
      await waitUntil('the provider has the message', () => shop.standIn.accepted.length === 1);

      const begun = performance.now();
      server.kill(signal);
      await waitUntil('it says that it stops', () => server.stdout.includes('Stopping'));
      await expect(fetch(`${server.url}/healthz`)).rejects.toThrow();

      expect(await answer).toMatchObject({ reason: 'SMS_UNCONFIRMED' });
      expect(await server.exited).toEqual({ code: 0, signal: null });
      expect(performance.now() - begun).toBeLessThan(10_000);
      expect(server.stderr).toBe('');
      expect(await shop.redis.get(`sms:${mobile}`)).toBe(shop.lastCode());
    },
    30_000,
  );

  test('a second signal changes nothing, a third ends it at once', async () => {
    for (const signals of [2, 3]) {
      const server = await newServer();
      shop.standIn.behave('hang-after-accept');
      shop.newMessages();
      const answer = new ApiClient(server.url)
        .sendSmsCode({ mobile: shop.newMobile(), ...(await shop.seededCaptcha()) })
        .catch(() => 'cut off');
      await waitUntil('the provider has the message', () => shop.standIn.accepted.length === 1);
      server.kill('SIGTERM');
      await waitUntil('it says that it stops', () => server.stdout.includes('Stopping'));
      // One at a time: what is pending already swallows the next of its kind.
      for (const signal of (['SIGTERM', 'SIGINT'] as const).slice(0, signals - 1)) {
        server.kill(signal);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
      if (signals === 2) {
        expect(await answer).toMatchObject({ reason: 'SMS_UNCONFIRMED' });
        expect(await server.exited).toEqual({ code: 0, signal: null });
        expect(server.logs.filter(({ msg }) => msg.startsWith('Stopping'))).toHaveLength(1);
      } else {
        expect(await server.exited).toEqual({ code: 1, signal: null });
        expect(await answer).toBe('cut off');
      }
    }
  }, 60_000);

  test('while requests are finished, /readyz on METRICS_PORT says that no more should come', async () => {
    const server = await newServer({ METRICS_PORT: '0' });
    const port = server.logs.find(({ msg }) => msg.startsWith('Ready'))?.metricsPort;
    const ready = async () => {
      const response = await fetch(`http://127.0.0.1:${port}/readyz`);
      return [response.status, await response.json()];
    };
    expect(await ready()).toEqual([200, { status: 'ready' }]);
    shop.standIn.behave('hang-after-accept');
    shop.newMessages();
    const answer = new ApiClient(server.url).sendSmsCode({ mobile: shop.newMobile(), ...(await shop.seededCaptcha()) });
    await waitUntil('the provider has the message', () => shop.standIn.accepted.length === 1);
    server.kill('SIGTERM');
    await waitUntil('it says that it stops', () => server.stdout.includes('Stopping'));
    expect(await ready()).toEqual([503, { status: 'unavailable' }]);
    await answer;
    expect(await server.exited).toEqual({ code: 0, signal: null });
  }, 30_000);

  test('what happened in its last second is not lost to operators', async () => {
    const server = await newServer();
    shop.standIn.behave('accept');
    const mobile = shop.newMobile();
    await new ApiClient(server.url).sendSmsCode({ mobile, ...(await shop.seededCaptcha()) });
    server.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    const said = await runCommand(['lookup', mobile, '--json'], shop.environment);
    expect(JSON.parse(said.stdout).events).toMatchObject([{ event: 'send', outcome: 'accepted' }]);
    const { counts } = JSON.parse((await runCommand(['status', '--json'], shop.environment)).stdout);
    expect(counts['sent:accepted']).toEqual({ hour: 1, day: 1 });
  }, 30_000);

  test('nothing holds it up beyond 10 s: no provider that takes longer, no idle connection, no request that trickles in', async () => {
    const server = await newServer({ SMS_TIMEOUT_MS: '60000' });
    shop.standIn.behave('hang-after-accept');
    shop.newMessages();
    const answer = new ApiClient(server.url)
      .sendSmsCode({ mobile: shop.newMobile(), ...(await shop.seededCaptcha()) })
      .catch(() => 'cut off');
    await waitUntil('the provider has the message', () => shop.standIn.accepted.length === 1);
    const idle = request(`${server.url}/healthz`, { agent: new Agent({ keepAlive: true }) });
    idle.end();
    (await once(idle, 'response'))[0].resume();
    const trickling = connect(server.port, '127.0.0.1');
    trickling.on('error', () => undefined);
    trickling.write(
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{',
    );

    const begun = performance.now();
    server.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });

    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(await answer).toBe('cut off');
    expect(shop.newMessages()).toHaveLength(1);
    trickling.destroy();
  }, 30_000);
});
