import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { printSchema } from 'graphql';
import { createCaptchaDrawing } from './captcha/drawing/captcha-drawing';
import { createCaptchaSpeech } from './captcha/speech/captcha-speech';
import type { Config } from './config/config';
import { CaptchaResolver } from './graphql/captcha-resolver';
import { CLIENT_DOCUMENTS } from './graphql/client-documents';
import { GraphqlServer } from './graphql/graphql-server';
import { InboundResolver } from './graphql/inbound-resolver';
import { createSchema } from './graphql/schema';
import { SettingsResolver } from './graphql/settings-resolver';
import { SmsCodeResolver } from './graphql/sms-code-resolver';
import { TrustedDocuments } from './graphql/trusted-documents';
import { ClientIds } from './http/client-address';
import { ConfirmPage } from './http/confirm-page';
import { drain } from './http/drain';
import { ExplorerFiles } from './http/explorer-files';
import { createHttpHandler } from './http/http-handler';
import { createBoundedServer } from './http/http-server';
import { atMostOnceASecond, createMonitoringHandler } from './http/monitoring-endpoints';
import { OriginalApi } from './http/original-api';
import { dialectOf } from './http/original-dialects';
import { ProviderPushes } from './http/provider-pushes';
import { countryLimits, LimitRules } from './limits/rules';
import type { Logger } from './log';
import { EventLog } from './observability/event-log';
import { fanOut } from './observability/fan-out';
import { observeOperations } from './observability/instrument-schema';
import { observedStore } from './observability/instrument-store';
import { Metrics } from './observability/metrics';
import { OperatorRecord } from './observability/operator-record';
import { startTracing } from './observability/tracing';
import { PROJECT_ROOT } from './project-root';
import { createInboundParsers } from './sms/create-inbound-parsers';
import { createReceiptParsers } from './sms/create-receipt-parsers';
import { createSender } from './sms/create-sender';
import { createNumbering } from './sms/numbering';
import type { SmsSender } from './sms/sender';
import { fixedCodes } from './sms/test-numbers-sender';
import { openStore } from './store/open-store';
import type { OpenedStore, Store } from './store/store';
import { DeviceTokens } from './tickets/device-tokens';
import { createTicketSigner, type TicketSigner } from './tickets/ticket-signer';
import { CaptchaService } from './verification/captcha-service';
import type { Observer } from './verification/events';
import { InboundService } from './verification/inbound-service';
import { randomCode } from './verification/random-code';
import { ReceiptService } from './verification/receipt-service';
import { SmsCodeService } from './verification/sms-code-service';
import { SmsIds } from './verification/sms-ids';
import { StoreFailures } from './verification/store-failures';

/** Parts that a test replaces. */
export interface Overrides {
  store?: Store & Partial<OpenedStore>;
  sender?: SmsSender;
  /** ms since the epoch. */
  clock?: () => number;
  observe?: Observer;
  tickets?: TicketSigner;
}

export interface App {
  /** Not listening yet. */
  http: Server;
  /** For METRICS_PORT; undefined where it is not set. Not listening yet. */
  monitoringHttp: Server | undefined;
  /** Lets requests under way finish, for at most `withinMs`, and closes everything. */
  close(withinMs?: number): Promise<void>;
}

const WEB_ROOT = join(PROJECT_ROOT, 'dist', 'web');
const EXPLORER_ROOT = join(PROJECT_ROOT, 'dist', 'explorer');
const DRAIN_MS = 9_000;

/**
 * The composition root: every part is made and wired here, and nowhere else.
 * @throws StoreUnavailableError if the store can't be reached.
 */
export async function createApp(config: Config, log: Logger, overrides: Overrides = {}): Promise<App> {
  const { clock = Date.now } = overrides;
  const stopwatch = overrides.clock ?? (() => performance.now());
  const { countries, countryBudgets } = config.sms;
  const { secrets, publicUrl } = config.receipts;
  const parsers = secrets.length > 0 ? createReceiptParsers(config.sms, { publicUrl, clock }) : {};
  const metrics = new Metrics(
    {
      providers: config.sms.providers,
      receiptProviders: Object.keys(parsers),
      dailyBudget: config.limits.dailyBudget,
      byCountry: countries.length > 1 ? { countries, budgets: countryBudgets } : undefined,
    },
    clock,
  );
  // With no proxy in front, clients themselves would choose the trace ids.
  const tracing = config.tracing ? await startTracing(config.trustProxy > 0, log) : undefined;
  const events = new EventLog(log, { events: config.logEvents, secret: config.clientHashSecret });
  const opened: Store & Partial<OpenedStore> = overrides.store ?? (await openStore(config.store, { clock, log }));
  // Commands for operators run in another process, which cannot reach an in-process store.
  const operator = config.store.kind === 'redis' ? opened.operator : undefined;
  const record = operator && new OperatorRecord(operator, log, clock);
  const observe = fanOut([metrics.observe, tracing?.observe, events.observe, record?.observe, overrides.observe], log);
  const numbering = createNumbering(countries);
  const rules = new LimitRules(config.limits, config.captcha.ttlMs, countryLimits(countries, countryBudgets));
  const drawing = createCaptchaDrawing({ fontFiles: config.captcha.fontFiles });
  const configured = await createSender(config.sms, {
    log,
    clock,
    countryOf: numbering.countryOf,
    onAttempt: (attempt) => observe({ type: 'send-attempted', ...attempt }),
    onCircuit: (provider, state) => observe({ type: 'circuit-changed', provider, state }),
  });
  const sender = overrides.sender ?? configured;
  const store = observedStore(opened, observe);
  const tickets = overrides.tickets ?? (config.tickets && (await createTicketSigner(config.tickets, clock)));
  const clients = new ClientIds(config.clientHashSecret);
  const devices = config.trustedDeviceSecret ? new DeviceTokens(config.trustedDeviceSecret, clock) : undefined;
  const { personOf } = clients;
  const speech = createCaptchaSpeech();
  const storeFailures = new StoreFailures(log, stopwatch);
  const captchas = new CaptchaService(config.captcha, { store, rules, drawing, speech, storeFailures, observe });
  const smsIds = new SmsIds(config.clientHashSecret, clock);
  const receipts = new ReceiptService({
    store,
    smsIds,
    observe,
    log,
    clock,
    personOf,
    parsers,
    sendTimeoutMs: config.sms.timeoutMs,
  });
  const inbound =
    config.inbound &&
    new InboundService(config.inbound, {
      store,
      rules,
      numbering,
      log,
      storeFailures,
      observe,
      tickets,
      personOf,
      parsers: createInboundParsers(config.sms, { publicUrl, clock }),
    });
  const handlers = { receipts: receipts.handlers, inbound: inbound?.handlers ?? {} };
  const pushes = secrets.length > 0 ? new ProviderPushes({ secrets, handlers, log, stopwatch }) : undefined;
  const smsCodes = new SmsCodeService(config.smsCode, {
    store,
    rules,
    sender,
    log,
    storeFailures,
    observe,
    stopwatch,
    codeFor: fixedCodes(config.sms.testNumbers ?? [], randomCode),
    tickets,
    devices,
    countryOf: numbering.countryOf,
    newSmsId: smsIds.next,
    receipts,
    personOf,
  });
  const settings = new SettingsResolver({
    captchaExpiresIn: config.captcha.ttlMs / 1000,
    codeExpiresIn: config.smsCode.codeTtlMs / 1000,
    cooldown: config.limits.cooldownMs / 1000,
    countries: numbering.countries,
    callingCodes: numbering.callingCodes,
    tickets: tickets !== undefined,
    inbound: config.inbound?.always,
  });
  const schema = createSchema({
    captcha: new CaptchaResolver(captchas),
    settings,
    smsCode: new SmsCodeResolver(smsCodes, numbering, inbound),
    inbound: new InboundResolver(inbound, numbering),
  });
  observeOperations(schema, observe);
  const trusted = config.trustedDocuments && new TrustedDocuments(schema, config.trustedDocuments, CLIENT_DOCUMENTS);
  const graphql = new GraphqlServer(schema, { development: config.development, log, trusted });
  await graphql.start();

  let draining = false;
  const monitoring = {
    ready: async () => !draining && (await reachable(store)),
    exposition: atMostOnceASecond((openMetrics) => metrics.exposition(openMetrics), clock),
    log,
  };
  const { trustProxy, corsOrigins } = config;
  const originalApi =
    config.originalApi &&
    new OriginalApi({
      dialect: dialectOf(config.originalApi),
      captchas,
      smsCodes,
      clients,
      trustProxy,
      corsOrigins,
      observe,
    });
  const handler = createHttpHandler({
    graphql,
    clients,
    devices,
    log,
    stopwatch,
    development: config.development,
    trustProxy,
    corsOrigins,
    originalApi,
    host: config.host,
    page: existsSync(WEB_ROOT)
      ? new ConfirmPage({ root: WEB_ROOT, settings: settings.verificationSettings(), ...config.page, log, stopwatch })
      : undefined,
    monitoring: config.metricsPort === undefined ? monitoring : { ...monitoring, exposition: undefined },
    trace: tracing?.request,
    publicKeys: tickets?.publicKeys,
    pushes: config.metricsPort === undefined ? pushes : undefined,
    schemaSdl: config.schemaSdl ? `${printSchema(schema)}\n` : undefined,
    developer: config.development
      ? {
          lastCode: (text) => configured.console?.lastCode(numbering.parse(text)),
          captchaText: (uuid) => store.peekCaptcha(uuid),
          explorer: existsSync(EXPLORER_ROOT) ? new ExplorerFiles(EXPLORER_ROOT) : undefined,
        }
      : undefined,
  });
  const behindProxy = trustProxy > 0;
  const http = createBoundedServer(handler, behindProxy);
  const monitoringHttp =
    config.metricsPort === undefined
      ? undefined
      : createBoundedServer(createMonitoringHandler(monitoring, pushes), behindProxy);
  if (!config.development && !monitoringHttp) {
    log.warn(
      'METRICS_PORT is not set: /metrics stands on PORT, for whoever reaches it. Set it, or close the path in the proxy',
    );
  }

  return {
    http,
    monitoringHttp,
    async close(withinMs = DRAIN_MS) {
      draining = true;
      await drain(http, withinMs);
      await graphql.stop();
      receipts.close();
      await record?.close();
      await store.close();
      await tracing?.close();
      // Last, so that monitoring can be asked during the whole drain.
      monitoringHttp?.close();
      monitoringHttp?.closeAllConnections();
    },
  };
}

function reachable(store: Store): Promise<boolean> {
  return store.ping().then(
    () => true,
    () => false,
  );
}
