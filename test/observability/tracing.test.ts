import { ApiClient } from '../harness/api-client';
import { describeWithRedis } from '../harness/redis-server';
import { type Environment, startServer } from '../harness/server-process';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';
import { startSilentServer } from '../harness/silent-server';
import { waitUntil } from '../harness/wait-until';
import { type CollectedSpan, Collector } from './collector';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACEPARENT = `00-${TRACE_ID}-00f067aa0ba902b7-01`;

describeWithRedis('With OTEL_EXPORTER_OTLP_ENDPOINT', () => {
  const collector = new Collector();
  let shop: Shop;
  let endpoint: string;

  beforeAll(async () => {
    endpoint = await collector.start();
    shop = await Shop.open({
      ...NO_CLIENT_LIMITS,
      OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      OTEL_BSP_SCHEDULE_DELAY: '50',
      OTEL_SERVICE_NAME: 'shop-sms',
    });
  }, 60_000);

  afterAll(async () => {
    await shop?.close();
    collector.close();
  });

  /** The spans of the next trace whose request has this name. */
  async function nextTrace(name: string, act: () => Promise<unknown>) {
    const before = collector.spans.length;
    await act();
    const found = () => collector.spans.slice(before).find((span) => span.name === name);
    await waitUntil(`the span ${name} arrives`, () => found() !== undefined);
    const request = found() as CollectedSpan;
    const parts = collector.spans.filter(({ parentSpanId }) => parentSpanId === request.spanId);
    return { request, parts };
  }

  test('a request that is refused is traced by its own method', async () => {
    const { request } = await nextTrace('GET /graphql', () => fetch(`${shop.server.url}/graphql?query={__typename}`));
    expect(request.attributes).toMatchObject({ 'http.request.method': 'GET', 'http.response.status_code': 405 });
  });

  test('a send is one trace: the request, its steps in the store, and the attempt at the provider, by its correlation id', async () => {
    shop.standIn.behave('accept');
    const mobile = shop.newMobile();
    const solved = await shop.seededCaptcha();
    const { request, parts } = await nextTrace('sendSmsCode', () => shop.api().sendSmsCode({ mobile, ...solved }));

    expect(collector.serviceName).toBe('shop-sms');
    expect(request).toMatchObject({ kind: 2, failed: false, parentSpanId: undefined });
    const sent = shop.server.logs.find(({ msg }) => msg === 'SMS accepted');
    expect(request.attributes).toEqual({
      'http.request.method': 'POST',
      'http.response.status_code': 200,
      'url.path': '/graphql',
      'sms.id': sent?.smsId,
      'sms.operation': 'sendSmsCode',
      'sms.reason': 'OK',
    });
    const attempt = parts.find((span) => span.name === 'send ronglian');
    expect(attempt).toMatchObject({ kind: 3, failed: false, traceId: request.traceId });
    expect(attempt?.attributes).toEqual({
      'sms.id': sent?.smsId,
      'sms.provider': 'ronglian',
      'sms.outcome': 'accepted',
      'sms.provider_code': '000000',
    });
    expect(parts.map((span) => span.name)).toContain('store reserveSend');
    for (const part of parts) expect(part.durationMs).toBeLessThanOrEqual(request.durationMs + 2);
  });

  test('what fails is marked: a provider that refuses, not the answer that says so', async () => {
    shop.standIn.behave('refuse');
    const mobile = shop.newMobile();
    const solved = await shop.seededCaptcha();
    const { request, parts } = await nextTrace('sendSmsCode', () => shop.api().sendSmsCode({ mobile, ...solved }));
    expect(request).toMatchObject({ failed: false, attributes: { 'sms.reason': 'SMS_REJECTED' } });
    expect(parts.find((span) => span.name === 'send ronglian')).toMatchObject({ failed: true });
  });

  test('given a refusal, then its trace names the limit, and is no failure', async () => {
    shop.standIn.behave('accept');
    const mobile = shop.newMobile();
    const send = async () => shop.api().sendSmsCode({ mobile, ...(await shop.seededCaptcha()) });
    await nextTrace('sendSmsCode', send);
    const { request } = await nextTrace('sendSmsCode', send);
    expect(request.failed).toBe(false);
    expect(request.attributes).toMatchObject({ 'sms.reason': 'TOO_FREQUENT', 'sms.limit': 'cooldown' });
  });

  test('given a store that does not answer, then the request and its step in the store are marked as failed', async () => {
    const server = await startServer({ ...shop.environment, REDIS_TIMEOUT_MS: '500' });
    const [mobile, solved] = [shop.newMobile(), await shop.seededCaptcha()];
    shop.redisServer.pause();
    const send = () => new ApiClient(server.url).sendSmsCode({ mobile, ...solved });
    const { request, parts } = await nextTrace('sendSmsCode', send).finally(() => shop.redisServer.resume());
    await server.stop();
    expect(request).toMatchObject({ failed: true, attributes: { 'sms.reason': 'SERVICE_UNAVAILABLE' } });
    const step = parts.find((span) => span.name === 'store reserveSend');
    expect(step).toMatchObject({ failed: true });
    // As long as it was waited for, within the request.
    expect(step?.durationMs).toBeGreaterThan(400);
  });

  test('given a provider whose answer says nothing, then the attempt is marked as failed as well', async () => {
    shop.standIn.behave({ body: 'what is no answer' });
    const [mobile, solved] = [shop.newMobile(), await shop.seededCaptcha()];
    const { request, parts } = await nextTrace('sendSmsCode', () => shop.api().sendSmsCode({ mobile, ...solved }));
    expect(request.attributes).toMatchObject({ 'sms.reason': 'SMS_UNCONFIRMED' });
    expect(parts.find((span) => span.name === 'send ronglian')).toMatchObject({
      failed: true,
      attributes: { 'sms.outcome': 'unknown' },
    });
  });

  test('requests at the same time do not mix', async () => {
    shop.standIn.behave('accept');
    const before = collector.spans.length;
    const sends = Array.from({ length: 8 }, async () =>
      shop.api().sendSmsCode({ mobile: shop.newMobile(), ...(await shop.seededCaptcha()) }),
    );
    await Promise.all(sends);
    const requests = () => collector.spans.slice(before).filter((span) => span.name === 'sendSmsCode');
    await waitUntil('all traces arrive', () => requests().length === 8);
    for (const request of requests()) {
      const attempts = collector.spans.filter((s) => s.name === 'send ronglian' && s.traceId === request.traceId);
      expect(attempts.map((span) => span.attributes['sms.id'])).toEqual([request.attributes['sms.id']]);
    }
  });

  test('the trace that a client asks for is not followed without a proxy, and is behind one', async () => {
    const own = await nextTrace('imageCaptcha', () =>
      new ApiClient(shop.server.url, { traceparent: TRACEPARENT }).imageCaptcha(),
    );
    expect(own.request.traceId).not.toBe(TRACE_ID);

    const behindProxy = await startServer({ ...shop.environment, TRUST_PROXY: '1' });
    const followed = await nextTrace('imageCaptcha', () =>
      new ApiClient(behindProxy.url, { traceparent: TRACEPARENT }).imageCaptcha(),
    );
    await behindProxy.stop();
    expect(followed.request).toMatchObject({ traceId: TRACE_ID, parentSpanId: '00f067aa0ba902b7' });
  }, 60_000);

  test('a stop sends what is left', async () => {
    const { OTEL_SERVICE_NAME: _, ...environment } = shop.environment;
    const server = await startServer({ ...environment, OTEL_BSP_SCHEDULE_DELAY: '60000' });
    const stopped = await nextTrace('imageCaptcha', async () => {
      await new ApiClient(server.url).imageCaptcha();
      server.kill('SIGTERM');
      expect(await server.exited).toEqual({ code: 0, signal: null });
    });
    expect(stopped.request.attributes['sms.reason']).toBe('OK');
    // Its name where it was given none.
    expect(collector.serviceName).toBe('sms-verification-server');
  }, 60_000);

  test('a collector that is gone delays neither an answer nor the stop', async () => {
    const server = await startServer({
      ...shop.environment,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
      OTEL_EXPORTER_OTLP_TIMEOUT: '500',
    });
    expect(await new ApiClient(server.url).imageCaptcha()).toMatchObject({ reason: 'OK' });
    const told = () => server.logs.find(({ msg }) => msg.startsWith('Traces could not be exported'));
    await waitUntil('the log says so', () => told() !== undefined);
    expect(told()).toMatchObject({ level: 40, error: expect.stringMatching(/./) });
    const begun = performance.now();
    server.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(5_000);
  }, 60_000);

  test('a collector that takes what comes and never answers delays neither an answer nor the stop', async () => {
    const silent = await startSilentServer();
    try {
      // The exporter's own time-out stays at its 10 s, so that only the server's bound can be what ends the wait.
      const server = await startServer({
        ...shop.environment,
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://${silent.address}`,
        OTEL_BSP_SCHEDULE_DELAY: '50',
      });
      expect(await new ApiClient(server.url).imageCaptcha()).toMatchObject({ reason: 'OK' });
      await waitUntil('a trace is on its way', () => silent.sockets.length > 0);
      const begun = performance.now();
      server.kill('SIGTERM');
      expect(await server.exited).toEqual({ code: 0, signal: null });
      expect(performance.now() - begun).toBeLessThan(8_000);
    } finally {
      silent.close();
    }
  }, 60_000);

  test('no mobile, code, captcha text or address is in anything that was sent', async () => {
    shop.standIn.behave('accept');
    const mobile = shop.newMobile();
    const solved = await shop.solved();
    await shop.api().sendSmsCode({ mobile, ...solved });
    const code = shop.lastCode();
    await nextTrace('verifySmsCode', () => shop.api().verifySmsCode(mobile, code, solved.uuid));
    await nextTrace('verifySmsCode', () => shop.api().verifySmsCode(mobile, '918273', solved.uuid));
    expect(collector.text).toContain('verifySmsCode');
    for (const secret of [mobile, `"${code}"`, '918273', solved.imageCode, solved.uuid, '127.0.0.1']) {
      expect(collector.text).not.toContain(secret);
    }
  });
});

describe('What is loaded', () => {
  async function modules(environment: Environment): Promise<string> {
    const server = await startServer({ ...environment, NODE_DEBUG: 'module' });
    await new ApiClient(server.url).imageCaptcha();
    await server.stop();
    return server.stderr;
  }
  const SDK = /opentelemetry\/(sdk-trace|exporter-trace|resources|core)/;
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };

  test.each<[string, Environment, boolean]>([
    ['without the variables: nothing of the SDK', {}, false],
    ['with OTEL_SDK_DISABLED: nothing of it', { ...endpoint, OTEL_SDK_DISABLED: 'true' }, false],
    ['with a collector: the SDK', endpoint, true],
  ])(
    '%s',
    async (_, environment, loaded) => {
      expect(SDK.test(await modules(environment))).toBe(loaded);
    },
    60_000,
  );
});
