import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { Metrics } from '../../src/observability/metrics';
import { MemoryStore } from '../../src/store/memory/memory-store';
import { StoreUnavailableError } from '../../src/store/store';
import { type Ronglian, startRonglian } from '../harness/ronglian';
import type { Environment } from '../harness/server-process';
import { RECEIPT_PROVIDERS } from '../sms/stand-in/receipt-pushes';
import { AlertReplay, checkPrometheusConfig, describeWithPromtool } from './alert-replay';
import { scrape } from './exposition';
import { LocalApp } from './local-app';

const DEPLOY = join(__dirname, '../../deploy');
const read = (file: string) => parse(readFileSync(join(DEPLOY, file), 'utf8'));
/** Limits that a story of one client must not run into. */
const OPEN: Environment = {
  ABUSE_POLICY: 'off',
  SMS_PER_CLIENT_HOUR: '0',
  CAPTCHA_PER_CLIENT_MINUTE: '0',
  VERIFY_PER_CLIENT_HOUR: '0',
};

describeWithPromtool('The alerts', () => {
  let app: LocalApp;
  let replay: AlertReplay;
  let provider: Ronglian;
  let reachable: boolean;
  let elapsedMs = 0;
  jest.setTimeout(60_000);

  beforeEach(async () => {
    replay = new AlertReplay();
    provider = await startRonglian();
    reachable = true;
  });
  afterEach(async () => {
    await app?.close();
    await provider?.standIn.close();
  });

  async function start(environment: Environment = {}): Promise<void> {
    const store = new MemoryStore();
    const reserve = store.reserveSend.bind(store);
    store.reserveSend = async (...args) => {
      if (!reachable) throw new StoreUnavailableError('gone');
      return reserve(...args);
    };
    // /metrics is made anew once a second: a minute of the story is one of the server's clock as well.
    const clock = () => Date.now() + elapsedMs;
    app = await LocalApp.start(
      { ...OPEN, ...provider.environment, ...environment },
      { store, sender: undefined, clock },
    );
    await minute();
  }
  const minute = async () => {
    elapsedMs += 60_000;
    replay.read((await scrape(app.url)).text);
  };
  /** So many minutes, each with what happens in it. */
  const minutes = async (count: number, happens: (minute: number) => Promise<unknown>) => {
    for (let i = 0; i < count; i++) {
      await happens(i);
      await minute();
    }
  };
  const firing = () => replay.firing();

  /** A send to a mobile of its own, and a right code, or a wrong one. */
  async function visit(right: boolean): Promise<void> {
    const mobile = app.newMobile();
    const { uuid } = await app.send(mobile);
    const code = provider.standIn.accepted.at(-1)?.code ?? '';
    const wrong = code === '111111' ? '222222' : '111111';
    await app.api.verifySmsCode(mobile, right ? code : wrong, uuid);
  }
  const scan = (size: number) =>
    Promise.all(Array.from({ length: size }, () => app.api.verifySmsCode(app.newMobile(), '123456', 'unknown')));

  test('are silent while people confirm their numbers, with a typing error in four', async () => {
    await start();
    await minutes(20, async (i) => {
      await visit(true);
      await visit(true);
      await visit(true);
      await visit(i % 3 > 0);
    });
    expect(firing()).toEqual([]);
  });

  test('SmsCodesGuessed: fifteen wrong codes in fifteen minutes, in a scan of a thousand other numbers', async () => {
    await start();
    await minutes(16, async () => {
      await scan(70);
      await visit(false);
    });
    expect(firing()).toEqual(['SmsCodesGuessed', 'SmsCodesScanned']);
  });

  test('SmsCodesScanned: codes for numbers that asked for none, though customers confirm theirs', async () => {
    await start();
    await minutes(16, async () => {
      await scan(20);
      await visit(true);
    });
    expect(firing()).toEqual(['SmsCodesScanned']);
  });

  test('SmsConversionLow: messages whose codes nobody types', async () => {
    await start();
    await minutes(30, async () => {
      await app.send(app.newMobile());
      await app.send(app.newMobile());
    });
    expect(firing()).toEqual(['SmsConversionLow']);
  });

  describe('with receipts', () => {
    const secret = 'b1946ac92492d2347c6235b4d2611184';
    const path = `/receipts/${secret}/ronglian`;

    /** A send, its right code, and what the carrier tells of it, as a code or as DELIVRD. */
    async function delivered(code = 'DELIVRD'): Promise<void> {
      await visit(true);
      const { id = '', mobile = '' } = provider.standIn.accepted.at(-1) ?? {};
      const told = { smsId: id, messageId: 'm', mobile, delivered: code === 'DELIVRD', code };
      const { headers, body } = RECEIPT_PROVIDERS.find(({ name }) => name === 'ronglian')?.push(told, path) ?? {};
      expect((await fetch(app.url + path, { method: 'POST', headers, body })).status).toBe(200);
    }
    const startWithReceipts = () => start({ RECEIPTS_SECRET: secret });

    test('silent while one phone in ten is off', async () => {
      await startWithReceipts();
      await minutes(20, async (i) => {
        await delivered();
        await delivered(i % 5 > 0 ? undefined : 'EXPIRED');
      });
      expect(firing()).toEqual([]);
    });

    test('SmsDeliveryLow: a third of the phones gets nothing', async () => {
      await startWithReceipts();
      await minutes(20, async () => {
        await delivered();
        await delivered();
        await delivered('EXPIRED');
      });
      expect(firing()).toEqual(['SmsDeliveryLow']);
    });

    test('SmsCarrierDrops: one message in seven with one code of a carrier', async () => {
      await startWithReceipts();
      await minutes(20, async () => {
        for (let i = 0; i < 6; i += 1) await delivered();
        await delivered('REJECTD');
      });
      expect(firing()).toEqual(['SmsCarrierDrops']);
    });

    test('SmsReceiptsMissing: messages are taken, and nobody tells of them', async () => {
      await startWithReceipts();
      await minutes(30, async () => {
        await visit(true);
        await visit(true);
      });
      expect(firing()).toEqual(['SmsReceiptsMissing']);
    });

    test('no receipts are missed of messages that the provider refused', async () => {
      await startWithReceipts();
      provider.standIn.behave('refuse');
      await minutes(30, async () => {
        await app.send(app.newMobile());
        await app.send(app.newMobile());
      });
      expect(firing()).toEqual(['SmsProviderFailing']);
    });
  });

  test('SmsBudgetNearlyUsed, also after a restart that forgets it; then SmsBudgetExhausted', async () => {
    await start({ SMS_DAILY_BUDGET: '10' });
    await minutes(4, () => visit(true));
    expect(firing()).toEqual([]);
    await minutes(4, () => visit(true));
    expect(firing()).toEqual(['SmsBudgetNearlyUsed']);
    const restarted = await LocalApp.start({ ...OPEN, SMS_DAILY_BUDGET: '10' });
    replay.read((await scrape(restarted.url)).text);
    await restarted.close();
    expect(firing()).toEqual(['SmsBudgetNearlyUsed']);
    await minutes(4, () => visit(true));
    expect(firing()).toEqual(['SmsBudgetExhausted', 'SmsBudgetNearlyUsed']);
  });

  test('no budget is used up where another limit refuses', async () => {
    await start();
    const mobile = app.newMobile();
    await minutes(3, () => app.send(mobile));
    expect((await app.send(mobile)).reason).toBe('TOO_FREQUENT');
    await minute();
    expect(firing()).toEqual([]);
  });

  test('SmsProviderFailing: a provider that refuses every second message', async () => {
    await start();
    await minutes(20, async (i) => {
      provider.standIn.behave(i % 2 === 0 ? 'refuse' : 'accept');
      await visit(i % 2 > 0);
    });
    expect(firing()).toEqual(['SmsProviderFailing']);
  });

  test('SmsProviderMisconfigured: one message that an account could not send', async () => {
    await start();
    provider.standIn.behave('misconfigured');
    await minutes(2, () => app.send(app.newMobile()));
    expect(firing()).toEqual(['SmsProviderMisconfigured']);
  });

  test('SmsStoreUnavailable: an outage of minutes, and not one blip', async () => {
    await start();
    reachable = false;
    await minutes(1, () => app.send(app.newMobile()));
    reachable = true;
    await minutes(5, async () => {
      await visit(true);
      expect(firing()).toEqual([]);
    });
    reachable = false;
    await minutes(5, () => app.send(app.newMobile()));
    expect(firing()).toEqual(['SmsStoreUnavailable']);
  });

  test('SmsServerFault: one answer that is a fault', async () => {
    const metrics = new Metrics({ providers: [], dailyBudget: 0 });
    const text = async () => (await metrics.exposition(false)).text;
    metrics.observe({ type: 'operation-answered', operation: 'sendSmsCode', reason: 'ERROR', durationMs: 1 });
    replay.read(await text());
    metrics.observe({ type: 'operation-answered', operation: 'sendSmsCode', reason: 'ERROR', durationMs: 1 });
    replay.read(await text());
    expect(firing()).toEqual(['SmsServerFault']);
  });

  test('SmsServerDown: a server that does not answer; SmsServerMissing: a Prometheus that knows none', async () => {
    for (let i = 0; i < 4; i++) replay.read(undefined);
    expect(firing()).toEqual(['SmsServerDown']);
    const nobody = new AlertReplay();
    for (let i = 0; i < 7; i++) nobody.skip();
    expect(nobody.firing()).toEqual(['SmsServerMissing']);
  });

  test('are read by the sample configuration, under the job that they name', () => {
    checkPrometheusConfig(join(DEPLOY, 'prometheus.yml'));
    const config = read('prometheus.yml');
    expect(config.rule_files).toEqual(['prometheus-alerts.yml']);
    const text = readFileSync(join(DEPLOY, 'prometheus-alerts.yml'), 'utf8');
    const jobs = new Set([...text.matchAll(/job="([^"]+)"/g)].map(([, job]) => job));
    expect([...jobs]).toEqual(config.scrape_configs.map(({ job_name }: { job_name: string }) => job_name));
    expect(readFileSync(join(DEPLOY, '../docs/operations.md'), 'utf8')).toContain('deploy/prometheus.yml');
  });
});
