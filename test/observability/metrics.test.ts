import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { observedStore } from '../../src/observability/instrument-store';
import { MemoryStore } from '../../src/store/memory/memory-store';
import { type Store, StoreUnavailableError } from '../../src/store/store';
import type { DomainEvent } from '../../src/verification/events';
import { startRonglian } from '../harness/ronglian';
import { ServerProcess, startServer } from '../harness/server-process';
import { startTencentStandIn } from '../sms/stand-in/tencent-stand-in';
import { scrape } from './exposition';
import { LocalApp } from './local-app';

const HOUR = 3_600_000;
const TENCENT = { secretId: 'tencent-id', secretKey: 'tencent-key' };

/** A store that can be reached until it is told otherwise. */
class FailingStore extends MemoryStore {
  reachable = true;
  slowMs = 0;
  override async reserveSend(...args: Parameters<MemoryStore['reserveSend']>) {
    await new Promise((resolve) => setTimeout(resolve, this.slowMs));
    if (!this.reachable) throw new StoreUnavailableError('gone');
    return super.reserveSend(...args);
  }
}

describe('/metrics, after a day of people', () => {
  let app: LocalApp;
  afterEach(() => app.close());

  test('captchas are counted by kind and level when issued, and by reason when answered', async () => {
    app = await LocalApp.start();
    const { uuid } = await app.api.imageCaptcha();
    await app.api.query('{ imageCaptcha(kind: AUDIO) { reason } }');
    await app.api.sendSmsCode({ mobile: app.newMobile(), uuid: String(uuid), imageCode: 'no' });
    await app.api.sendSmsCode({ mobile: app.newMobile(), uuid: String(uuid), imageCode: 'no' });
    await app.send(app.newMobile());

    const { value } = await scrape(app.url);
    expect(value('sms_verification_captchas_issued_total{kind="IMAGE",level="normal"}')).toBe(1);
    expect(value('sms_verification_captchas_issued_total{kind="AUDIO",level="normal"}')).toBe(1);
    for (const reason of ['OK', 'CAPTCHA_MISMATCH', 'CAPTCHA_EXPIRED']) {
      expect(value(`sms_verification_captchas_answered_total{reason="${reason}"}`)).toBe(1);
    }
  });

  test('verifications are counted by reason, limits by rule', async () => {
    app = await LocalApp.start({
      ABUSE_POLICY: 'off',
      VERIFY_MAX_ATTEMPTS: '2',
      CAPTCHA_PER_CLIENT_MINUTE: '1',
      SMS_PER_CLIENT_HOUR: '2',
    });
    const mobile = app.newMobile();
    await app.api.verifySmsCode(mobile, '000000', 'u');
    const { uuid } = await app.send(mobile);
    const code = app.lastCode();
    const wrong = code === '111111' ? '222222' : '111111';
    await app.api.verifySmsCode(mobile, wrong, uuid);
    await app.api.verifySmsCode(mobile, code, uuid);
    await app.send(mobile);
    const other = app.newMobile();
    const others = await app.send(other);
    for (let i = 0; i < 2; i++) await app.api.verifySmsCode(other, 'abcdef', others.uuid);
    await app.send(app.newMobile());
    for (let i = 0; i < 3; i++) await app.api.imageCaptcha();

    const { value } = await scrape(app.url);
    const verified = (reason: string) => value(`sms_verification_verifications_total{reason="${reason}"}`);
    expect(verified('OK')).toBe(1);
    expect(verified('SMS_CODE_EXPIRED')).toBe(1);
    expect(verified('SMS_CODE_MISMATCH')).toBe(2);
    expect(verified('SMS_CODE_LOCKED')).toBe(1);
    const hit = (rule: string) => value(`sms_verification_limits_hit_total{rule="${rule}"}`);
    expect(hit('cooldown')).toBe(1);
    expect(hit('client-hour')).toBe(1);
    expect(hit('captcha-minute')).toBe(2);
    expect(hit('budget')).toBe(0);
  });

  test('calls and steps of the store are timed by what became of them', async () => {
    const store = new FailingStore();
    app = await LocalApp.start({}, { store });
    await app.api.verifySmsCode(app.newMobile(), '123456', 'u');
    store.reachable = false;
    await store.issueCaptcha({ uuid: 'mine', text: 'HAPPY', ttlMs: HOUR, limits: [] });
    await app.api.sendSmsCode({ mobile: app.newMobile(), uuid: 'mine', imageCode: 'happy' });
    await app.api.sendSmsCode({ mobile: '12345', uuid: 'mine', imageCode: 'happy' });

    const { value } = await scrape(app.url);
    const calls = (operation: string, reason: string) =>
      value(`sms_verification_operation_duration_seconds_count{operation="${operation}",reason="${reason}"}`);
    expect(calls('verifySmsCode', 'SMS_CODE_EXPIRED')).toBe(1);
    expect(calls('sendSmsCode', 'SERVICE_UNAVAILABLE')).toBe(1);
    expect(calls('sendSmsCode', 'MOBILE_INVALID')).toBe(1);
    const steps = (operation: string, outcome: string) =>
      value(`sms_verification_store_duration_seconds_count{operation="${operation}",outcome="${outcome}"}`);
    expect(steps('reserveSend', 'unavailable')).toBe(1);
    expect(steps('checkCode', 'ok')).toBe(1);
  });

  test('durations are seconds, and as long as it took', async () => {
    const store = new FailingStore();
    store.slowMs = 100;
    const ronglian = await startRonglian();
    ronglian.standIn.behave('accept', { latencyMs: 200 });
    app = await LocalApp.start(ronglian.environment, { store, sender: undefined });
    const begun = performance.now();
    await app.send(app.newMobile());
    const seconds = (performance.now() - begun) / 1000;

    const { value } = await scrape(app.url);
    for (const [series, least] of [
      ['operation_duration_seconds_sum{operation="sendSmsCode",reason="OK"}', 0.3],
      ['store_duration_seconds_sum{operation="reserveSend",outcome="ok"}', 0.1],
      ['send_duration_seconds_sum{provider="ronglian"}', 0.2],
    ] as const) {
      // Timers may fire a little early.
      expect(value(`sms_verification_${series}`)).toBeGreaterThan(least - 0.02);
      expect(value(`sms_verification_${series}`)).toBeLessThanOrEqual(seconds);
    }
    await ronglian.standIn.close();
  });

  test('messages are counted by what pays for them, and those for which nobody had an allowance', async () => {
    const events: DomainEvent[] = [];
    const environment = { ABUSE_POLICY: 'report', SMS_DAILY_BUDGET: '100', SMS_PER_CLIENT_HOUR: '0' };
    app = await LocalApp.start(environment, { observe: (event) => events.push(event) });
    for (let i = 0; i < 20; i++) await app.send(app.newMobile());
    const charges = events.flatMap((event) => (event.type === 'allowance-charged' ? [event.charge] : []));
    const reported = events.filter(({ type }) => type === 'allowance-reported');
    expect(charges).toHaveLength(20);
    expect(reported.length).toBeGreaterThan(5);

    const { value } = await scrape(app.url);
    for (const charge of new Set(charges)) {
      expect(value(`sms_verification_allowance_charged_total{charge="${charge}"}`)).toBe(
        charges.filter((each) => each === charge).length,
      );
    }
    expect(value('sms_verification_allowance_reported_total')).toBe(reported.length);
  });

  test('the budget: its limit, what was used of it, and nothing a day after the last message', async () => {
    let now = Date.UTC(2026, 0, 1);
    app = await LocalApp.start({ SMS_DAILY_BUDGET: '7' }, { clock: () => now });
    for (let i = 0; i < 3; i++) await app.send(app.newMobile());
    const used = async () => (await scrape(app.url)).value('sms_verification_budget_used');
    expect((await scrape(app.url)).value('sms_verification_budget_limit')).toBe(7);
    expect(await used()).toBe(3);
    now += 24 * HOUR;
    expect(await used()).toBe(0);
  });

  test('the budget is unknown, not 0, to a server that has just started', async () => {
    app = await LocalApp.start({ SMS_DAILY_BUDGET: '7' });
    const { value, text } = await scrape(app.url);
    expect(value('sms_verification_budget_limit')).toBe(7);
    expect(text).not.toMatch(/^sms_verification_budget_used /m);
  });

  test('without a budget there is no such metric', async () => {
    app = await LocalApp.start({ SMS_DAILY_BUDGET: '0' });
    await app.send(app.newMobile());
    expect((await scrape(app.url)).text).not.toContain('sms_verification_budget');
  });

  test('nothing in it came from a client: no mobile, no code, no address', async () => {
    app = await LocalApp.start();
    const mobile = app.newMobile();
    const { uuid } = await app.send(mobile);
    const code = app.lastCode();
    await app.api.verifySmsCode(mobile, code, uuid);
    const { text } = await scrape(app.url);
    const labels = text.match(/\{[^}]*\}/g)?.join('\n') ?? '';
    for (const secret of [mobile, code, '127.0.0.1', 'seeded']) expect(labels).not.toContain(secret);
  });

  test('an observer that throws changes no answer', async () => {
    app = await LocalApp.start(
      {},
      {
        observe: () => {
          throw new Error('broken');
        },
      },
    );
    expect(await app.api.imageCaptcha()).toMatchObject({ reason: 'OK' });
    expect(await app.send(app.newMobile())).toMatchObject({ reason: 'OK' });
  });
});

describe('Sends', () => {
  test('are counted by provider and outcome, each attempt of a failover on its own', async () => {
    const [first, second] = await Promise.all([startRonglian(), startTencentStandIn(TENCENT)]);
    const app = await LocalApp.start(
      {
        ...first.environment,
        SMS_PROVIDERS: 'ronglian,tencent',
        TENCENT_SECRET_ID: TENCENT.secretId,
        TENCENT_SECRET_KEY: TENCENT.secretKey,
        TENCENT_SDK_APP_ID: '1400006666',
        TENCENT_SIGN_NAME: 'shop',
        TENCENT_TEMPLATE_ID: '1110',
        TENCENT_ENDPOINT: second.url,
      },
      { sender: undefined },
    );
    for (const mode of ['accept', 'throttle', 'system-error', 'misconfigured'] as const) {
      first.standIn.behave(mode);
      await app.send(app.newMobile());
    }

    const { value } = await scrape(app.url);
    const sends = (provider: string, outcome: string) =>
      value(`sms_verification_sends_total{provider="${provider}",outcome="${outcome}"}`);
    expect(sends('ronglian', 'accepted')).toBe(1);
    expect(sends('ronglian', 'throttled')).toBe(1);
    expect(sends('ronglian', 'unknown')).toBe(1);
    expect(sends('ronglian', 'misconfigured')).toBe(1);
    expect(sends('tencent', 'accepted')).toBe(1);
    expect(sends('tencent', 'unknown')).toBe(0);
    expect(value('sms_verification_send_duration_seconds_count{provider="ronglian"}')).toBe(4);
    await Promise.all([app.close(), first.standIn.close(), second.close()]);
  });
});

test('The timed store hands every argument on, and every answer back', async () => {
  const steps = [
    ...['issueCaptcha', 'peekCaptcha', 'reserveSend', 'refundSend', 'checkCode'],
    ...['startInbound', 'confirmInbound', 'inboundStatus'],
    ...['noteMessage', 'readMessage', 'linkMessage', 'linkedMessage'],
  ];
  const names = [...steps, 'ping', 'close'];
  const echo = Object.fromEntries(names.map((name) => [name, async (...args: unknown[]) => [name, ...args]]));
  const timed = observedStore(echo as unknown as Store, () => undefined) as unknown as typeof echo;
  expect(Object.keys(timed).sort()).toEqual([...names].sort());
  for (const name of steps) expect(await timed[name]?.(1, 2, 3, 4)).toEqual([name, 1, 2, 3, 4]);
});

describe('The format', () => {
  test('is OpenMetrics for those who ask for it, where a send carries its correlation id', async () => {
    const ronglian = await startRonglian();
    const app = await LocalApp.start(ronglian.environment, { sender: undefined });
    await app.send(app.newMobile());
    const response = await fetch(`${app.url}/metrics`, {
      // As a Prometheus asks that would like protobuf best.
      headers: { accept: 'application/vnd.google.protobuf;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5' },
    });
    expect(response.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    const text = await response.text();
    expect(text).toMatch(
      /^sms_verification_send_duration_seconds_bucket\{.*\} 1 # \{sms_id="[0-9a-f]{32}"\} [\d.]+ [\d.]+$/m,
    );
    expect(text).toMatch(/^# TYPE sms_verification_sends counter$/m);
    expect(text).toMatch(/\n# EOF\n$/);
    await Promise.all([app.close(), ronglian.standIn.close()]);
  });

  test('is the older one else, in which nothing of that stands', async () => {
    const app = await LocalApp.start({}, { sender: undefined });
    await app.send(app.newMobile());
    const response = await fetch(`${app.url}/metrics`);
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const lines = (await response.text()).trimEnd().split('\n');
    const declared = new Set<string>();
    for (const line of lines) {
      const [, name] = /^# TYPE ([a-z0-9_]+) (?:counter|gauge|histogram|summary)$/.exec(line) ?? [];
      if (name) declared.add(name);
      if (line === '' || line.startsWith('# HELP ') || name) continue;
      const [, series = ''] = /^([a-z0-9_]+)(?:\{[^{}]*\})? (?:-?[\d.e+-]+|Nan)$/.exec(line) ?? [];
      expect([line, declared.has(series) || declared.has(series.replace(/_(?:bucket|sum|count)$/, ''))]).toEqual([
        line,
        true,
      ]);
    }
    expect(declared).toContain('sms_verification_sends_total');
    await app.close();
  });
});

describe('METRICS_PORT', () => {
  test('moves /metrics to a port of its own, with the health checks, and away from the public one', async () => {
    const app = await LocalApp.start({ METRICS_PORT: '0' });
    expect((await scrape(app.monitoringUrl)).value('sms_verification_budget_limit')).toBe(10_000);
    const status = async (url: string) => (await fetch(url)).status;
    for (const path of ['healthz', 'readyz', 'healthz?from=probe']) {
      expect(await status(`${app.monitoringUrl}/${path}`)).toBe(200);
      expect(await status(`${app.url}/${path}`)).toBe(200);
    }
    expect(await status(`${app.url}/metrics`)).toBe(404);
    for (const path of ['graphql', '', 'dev/last-sms']) expect(await status(`${app.monitoringUrl}/${path}`)).toBe(404);
    await app.close();
    await expect(fetch(`${app.monitoringUrl}/healthz`)).rejects.toThrow();
  });

  test('a process tells it at its start, and ends it with itself', async () => {
    const server = await startServer({ METRICS_PORT: '0' });
    const port = Number(server.logs.find(({ msg }) => msg.startsWith('Ready'))?.metricsPort);
    const metrics = await scrape(`http://127.0.0.1:${port}`);
    // As PORT, it stands at HOST alone.
    await expect(fetch(`http://127.0.0.2:${port}/healthz`)).rejects.toThrow();
    expect(metrics.value('sms_verification_sends_total{provider="console",outcome="accepted"}')).toBe(0);
    expect(metrics.names).toContain('process_cpu_seconds_total');
    server.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
  }, 60_000);

  test('in use: one line that names it', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    await once(squatter, 'listening');
    const { port } = squatter.address() as AddressInfo;
    const server = new ServerProcess({ METRICS_PORT: String(port) });
    expect((await server.exited).code).toBe(1);
    expect(server.stderr).toBe(`Port ${port} is in use: stop what listens there, or set METRICS_PORT to another\n`);
    squatter.close();
  }, 60_000);
});
