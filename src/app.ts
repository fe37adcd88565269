import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { CaptchaService } from './captcha/captcha-service';
import { createCaptchaDrawing } from './captcha/drawing/captcha-drawing';
import { createCaptchaSpeech } from './captcha/speech/captcha-speech';
import { ClientIds } from './client-address';
import type { Config } from './config';
import type { Observer } from './events';
import { CaptchaResolver } from './graphql/captcha-resolver';
import { GraphqlServer } from './graphql/graphql-server';
import { createSchema } from './graphql/schema';
import { SmsCodeResolver } from './graphql/sms-code-resolver';
import { createHttpHandler } from './http';
import { LimitRules } from './limits/rules';
import type { Logger } from './log';
import { PROJECT_ROOT } from './project-root';
import type { ConsoleSender } from './sms/console-sender';
import { createSender } from './sms/create-sender';
import type { SmsSender } from './sms/sender';
import { SmsCodeService } from './sms/sms-code-service';
import { openStore } from './store/open-store';
import type { Store } from './store/store';

/** What a test puts in place of the real thing. */
export interface Replacements {
  store?: Store;
  sender?: SmsSender;
  /** ms since the epoch. */
  clock?: () => number;
  observe?: Observer;
}

export interface App {
  /** Not listening yet. */
  http: Server;
  /** Lets requests under way finish, for at most `withinMs`, and closes everything. */
  close(withinMs?: number): Promise<void>;
}

const WEB_ROOT = join(PROJECT_ROOT, 'dist', 'web');
const DRAIN_MS = 9_000;

/**
 * The composition root: every part is made and wired here, and nowhere else.
 * @throws StoreUnavailableError if the store can't be reached.
 */
export async function createApp(config: Config, log: Logger, replacements: Replacements = {}): Promise<App> {
  const { clock = Date.now, observe = () => undefined } = replacements;
  const rules = new LimitRules(config.limits, config.codeTtlMs);
  const drawing = createCaptchaDrawing({ fontFiles: config.captcha.fontFiles });
  const configured = await createSender(config.sms, {
    log,
    clock,
    onAttempt: ({ outcome, durationMs }) => observe({ type: 'send-attempted', outcome, durationMs }),
  });
  const sender = replacements.sender ?? configured;
  const store = replacements.store ?? (await openStore(config.store, clock));
  const captchas = new CaptchaService(config.captcha, {
    store,
    rules,
    drawing,
    speech: createCaptchaSpeech(),
    log,
    observe,
  });
  const smsCodes = new SmsCodeService(config.codeTtlMs, { store, rules, sender, log, observe, clock });
  const graphql = new GraphqlServer(
    createSchema({ captcha: new CaptchaResolver(captchas), smsCode: new SmsCodeResolver(smsCodes) }),
    { development: config.development, log },
  );
  await graphql.start();

  let draining = false;
  const handler = createHttpHandler({
    graphql,
    clients: new ClientIds(config.clientHashSecret),
    log,
    development: config.development,
    trustProxy: config.trustProxy,
    corsOrigins: config.corsOrigins,
    webRoot: existsSync(WEB_ROOT) ? WEB_ROOT : undefined,
    ready: async () => !draining && (await reachable(store)),
    lastCode: config.development ? lastCode(configured.console) : undefined,
  });
  // Time for the headers and the whole of a small body; a client that trickles is cut off.
  const http = createServer(
    { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 },
    handler,
  );

  return {
    http,
    async close(withinMs = DRAIN_MS) {
      draining = true;
      await drain(http, withinMs);
      await graphql.stop();
      await store.close();
    },
  };
}

/** Stops listening, waits for requests under way, then cuts what is left. */
async function drain(http: Server, withinMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => http.close(() => resolve()));
  http.closeIdleConnections();
  // A connection whose answer is out would stay open for the client's next request, seconds longer than the drain takes.
  const sweeper = setInterval(() => http.closeIdleConnections(), 50);
  const timer = setTimeout(() => http.closeAllConnections(), withinMs);
  await closed;
  clearInterval(sweeper);
  clearTimeout(timer);
}

async function reachable(store: Store): Promise<boolean> {
  return store.ping().then(
    () => true,
    () => false,
  );
}

/** What the page may show in development: the last code that the console sender printed, to whoever knows its mobile. */
function lastCode(sender: ConsoleSender | undefined): ((mobile: string) => string | undefined) | undefined {
  return sender && ((mobile) => (sender.last()?.mobile === mobile ? sender.last()?.code : undefined));
}
