import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp, type Overrides } from '../../src/app';
import { loadConfig } from '../../src/config/config';
import { createLog } from '../../src/log';
import type { SmsMessage, SmsOutcome } from '../../src/sms/sender';
import { MemoryStore } from '../../src/store/memory/memory-store';
import type { Store } from '../../src/store/store';
import { ApiClient, type Payload } from '../harness/api-client';
import type { Environment } from '../harness/server-process';

/** The whole server in this process, on free ports of the loopback, with an in-process store that the test can plant captchas in. */
export class LocalApp {
  private mobiles = 13_800_000_000;
  private captchas = 0;

  private constructor(
    readonly url: string,
    /** Where METRICS_PORT listens; empty without it. */
    readonly monitoringUrl: string,
    readonly close: () => Promise<void>,
    private readonly store: Store,
    private readonly sent: SmsMessage[],
  ) {}

  static async start(environment: Environment = {}, overrides: Overrides = {}): Promise<LocalApp> {
    const store = overrides.store ?? new MemoryStore(overrides.clock);
    const sent: SmsMessage[] = [];
    const accept = async (message: SmsMessage): Promise<SmsOutcome> => {
      sent.push(message);
      return { class: 'accepted', provider: 'console', providerCode: 'OK' };
    };
    const app = await createApp(loadConfig(environment), createLog('silent'), {
      store,
      sender: { name: 'console', send: accept },
      ...overrides,
    });
    const url = await listening(app.http);
    const monitoringUrl = app.monitoringHttp ? await listening(app.monitoringHttp) : '';
    return new LocalApp(url, monitoringUrl, () => app.close(0), store, sent);
  }

  get api(): ApiClient {
    return new ApiClient(this.url);
  }

  newMobile(): string {
    this.mobiles += 1;
    return String(this.mobiles);
  }

  /** A captcha that is not counted for any client. */
  async seededCaptcha(): Promise<{ uuid: string; imageCode: string }> {
    this.captchas += 1;
    const uuid = `seeded-${this.captchas}`;
    await this.store.issueCaptcha({ uuid, text: 'HAPPY', ttlMs: 300_000, limits: [] });
    return { uuid, imageCode: 'HAPPY' };
  }

  /** Has a code sent; the answer with the uuid that names the request. */
  async send(mobile: string, purpose?: string): Promise<Payload & { uuid: string }> {
    const captcha = await this.seededCaptcha();
    return { ...(await this.api.sendSmsCode({ mobile, ...captcha, purpose })), uuid: captcha.uuid };
  }

  /** The code of the last message that went to this app's own sender. */
  lastCode(): string {
    return this.sent.at(-1)?.code ?? '';
  }
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
