import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type App, createApp } from '../../../src/app';
import { loadConfig } from '../../../src/config/config';
import { createLog } from '../../../src/log';
import type { SmsSender } from '../../../src/sms/sender';
import { openStore } from '../../../src/store/open-store';
import { buildPage } from './build-page';
import { WatchedStore } from './watched-store';

type Settings = Readonly<Record<string, string>>;

/** The real server on a free port of the loopback: in-process store, console sender, the page as built. */
export interface PageServer {
  url: string;
  store: WatchedStore;
  /** By how many ms its clock and its store's are ahead. */
  ahead: number;
  /** Stops it; `start` brings it back at the same address, with what it remembered. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export async function startPageServer(settings: Settings = {}, sender?: SmsSender): Promise<PageServer> {
  buildPage();
  const log = createLog('silent');
  const clock = () => Date.now() + server.ahead;
  const store = new WatchedStore(await openStore({ kind: 'memory' }, { clock }));
  let port = 0;
  let app: App | undefined;

  const server: PageServer = {
    url: '',
    store,
    ahead: 0,
    async start() {
      const config = loadConfig({ HOST: '127.0.0.1', LOG_LEVEL: 'silent', ...settings });
      app = await createApp(config, log, { store, sender, clock });
      app.http.listen(port, '127.0.0.1');
      // A test that fails before it stops its server must not keep the run from ending.
      app.http.unref();
      await once(app.http, 'listening');
      port = (app.http.address() as AddressInfo).port;
      server.url = `http://127.0.0.1:${port}`;
    },
    async stop() {
      await app?.close(0);
      app = undefined;
    },
  };
  await server.start();
  return server;
}

/** For tests that share a server: no visitor uses up what the next one needs. */
export const FOR_MANY: Settings = { ABUSE_POLICY: 'off', SMS_PER_CLIENT_HOUR: '0', CAPTCHA_PER_CLIENT_MINUTE: '0' };

/** A sender whose every message ends as `outcome` says. */
export function senderThatAnswers(outcome: 'refused' | 'unknown'): SmsSender {
  return {
    name: 'console',
    send: async () => ({ class: outcome, provider: 'console', providerCode: outcome }),
  };
}
