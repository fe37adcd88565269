import { Counter, collectDefaultMetrics, Gauge, Histogram, type OpenMetricsContentType, Registry } from 'prom-client';
import type { SmsOutcomeClass } from '../sms/sender';
import { type DomainEvent, INBOUND_RESULTS, type StoreOperation } from '../verification/events';
import { Reason } from '../verification/reasons';
import { CountryMetrics, type CountrySettings } from './country-metrics';
import { DeliveryMetrics } from './delivery-metrics';

export interface MetricsSettings {
  /** Names of the SMS senders, as in SMS_PROVIDERS. */
  providers: readonly string[];
  /** Those of them that receipts are taken from. */
  receiptProviders?: readonly string[];
  /** Messages over all mobiles in any 24 hours; 0: no limit. */
  dailyBudget: number;
  /** Absent: numbers of one country alone are taken. */
  byCountry?: CountrySettings;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Seconds. A message may take as long as all providers' time-outs together. */
const SLOW = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const FAST = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

const OUTCOMES: readonly SmsOutcomeClass[] = ['accepted', 'refused', 'throttled', 'misconfigured', 'unknown'];
const CAPTCHA_REASONS = [Reason.OK, Reason.CAPTCHA_EXPIRED, Reason.CAPTCHA_MISMATCH];
const LIMITS: readonly Extract<DomainEvent, { type: 'limit-hit' }>['rule'][] = [
  'cooldown',
  'mobile-hour',
  'mobile-day',
  'client-hour',
  'network-hour',
  'budget',
  'captcha-minute',
  'captcha-network-minute',
  'captcha-unsolved',
  'captcha-network-unsolved',
  'captchas-live',
  'captcha-parent-live',
  'captcha-device-minute',
  'verify-hour',
  'allowance-mobile',
  'allowance-pool',
  'failures',
  'blocked',
];
const COUNTRY_LIMITS: typeof LIMITS = ['country-budget', 'client-countries'];
/** Those that a request waits for, whose failure somebody must hear of. */
const STEPS: readonly StoreOperation[] = ['issueCaptcha', 'reserveSend', 'checkCode', 'ping'];
const VERIFY_REASONS = [Reason.OK, Reason.SMS_CODE_EXPIRED, Reason.SMS_CODE_MISMATCH, Reason.SMS_CODE_LOCKED];

/**
 * What this process did, for Prometheus: all names begin with `sms_verification_`, beside prom-client's own of the process. Fed
 * with events alone. Labels are words of this program, never anything that a client sent.
 */
export class Metrics {
  /** OpenMetrics alone has a place for exemplars. */
  private readonly registry = new Registry<OpenMetricsContentType>();
  private readonly registers = [openMetrics(this.registry)];
  /** What the last message of this process told; undefined before it, since other servers may have sent. */
  private budget: { used: number; at: number } | undefined;
  private readonly countries: CountryMetrics | undefined;
  private readonly deliveries: DeliveryMetrics;

  private readonly captchasIssued = new Counter({
    name: 'sms_verification_captchas_issued_total',
    help: 'Captchas issued, by kind (IMAGE, AUDIO) and level (normal, hard).',
    labelNames: ['kind', 'level'],
    registers: this.registers,
  });
  private readonly captchasAnswered = new Counter({
    name: 'sms_verification_captchas_answered_total',
    help: 'Answers to captchas, by reason: OK, CAPTCHA_MISMATCH, CAPTCHA_EXPIRED (also: tried before, never issued).',
    labelNames: ['reason'],
    registers: this.registers,
  });
  private readonly limitsHit = new Counter({
    name: 'sms_verification_limits_hit_total',
    help: 'Captchas, messages and checks of codes that a limit refused, by rule.',
    labelNames: ['rule'],
    registers: this.registers,
  });
  private readonly allowanceReported = new Counter({
    name: 'sms_verification_allowance_reported_total',
    help: 'Messages sent for which nobody had an allowance, because ABUSE_POLICY only reports.',
    registers: this.registers,
  });
  private readonly allowanceCharged = new Counter({
    name: 'sms_verification_allowance_charged_total',
    help: 'Messages by what pays for them until they are confirmed: own (their network), known, unknown, person, device.',
    labelNames: ['charge'],
    registers: this.registers,
  });
  private readonly sends = new Counter({
    name: 'sms_verification_sends_total',
    help: 'Messages handed to a provider, by provider and outcome: accepted, refused, throttled, misconfigured, unknown.',
    labelNames: ['provider', 'outcome'],
    registers: this.registers,
  });
  private readonly sendDuration = new Histogram<'provider' | 'sms_id'>({
    name: 'sms_verification_send_duration_seconds',
    help: 'How long a provider took to answer, or was waited for. Exemplar: sms_id, the correlation id of a message.',
    labelNames: ['provider'],
    enableExemplars: true,
    buckets: SLOW,
    registers: this.registers,
  });
  private readonly circuits = new Gauge({
    name: 'sms_verification_circuit_open',
    help: 'Whether this process skips a provider that kept failing: 1 for as long as it does.',
    labelNames: ['provider'],
    registers: this.registers,
  });
  private readonly verifications = new Counter({
    name: 'sms_verification_verifications_total',
    help: 'Codes checked, by reason: OK, SMS_CODE_MISMATCH, SMS_CODE_EXPIRED, SMS_CODE_LOCKED.',
    labelNames: ['reason'],
    registers: this.registers,
  });
  private readonly inbound = new Counter({
    name: 'sms_verification_inbound_total',
    help: 'Messages from mobiles, by result: started (a person was told what to send), confirmed, duplicate, unmatched (nobody waits for it).',
    labelNames: ['result'],
    registers: this.registers,
  });
  private readonly operationDuration = new Histogram({
    name: 'sms_verification_operation_duration_seconds',
    help: 'How long a call of the API took once it was parsed, by operation and reason.',
    labelNames: ['operation', 'reason'],
    buckets: SLOW,
    registers: this.registers,
  });
  private readonly storeDuration = new Histogram({
    name: 'sms_verification_store_duration_seconds',
    help: 'How long the store took, by operation and outcome (ok, unavailable).',
    labelNames: ['operation', 'outcome'],
    buckets: FAST,
    registers: this.registers,
  });

  constructor(
    { providers, receiptProviders = [], dailyBudget, byCountry }: MetricsSettings,
    private readonly clock: () => number = Date.now,
  ) {
    collectDefaultMetrics({ register: this.registry as unknown as Registry });
    if (dailyBudget > 0) this.showBudget(dailyBudget);
    this.deliveries = new DeliveryMetrics(this.registry, receiptProviders);
    this.countries = byCountry && new CountryMetrics(this.registry, byCountry);
    // A series that begins at 0 shows its first event as an increase; one that begins with the event does not.
    for (const provider of providers) for (const outcome of OUTCOMES) this.sends.inc({ provider, outcome }, 0);
    for (const provider of providers) this.circuits.set({ provider }, 0);
    for (const rule of byCountry ? [...LIMITS, ...COUNTRY_LIMITS] : LIMITS) this.limitsHit.inc({ rule }, 0);
    for (const reason of CAPTCHA_REASONS) this.captchasAnswered.inc({ reason }, 0);
    for (const reason of VERIFY_REASONS) this.verifications.inc({ reason }, 0);
    for (const result of INBOUND_RESULTS) this.inbound.inc({ result }, 0);
    for (const operation of STEPS) this.storeDuration.zero({ operation, outcome: 'unavailable' });
  }

  readonly observe = (event: DomainEvent): void => {
    this.countries?.observe(event);
    this.deliveries.observe(event);
    switch (event.type) {
      case 'captcha-issued':
        this.captchasIssued.inc({ kind: event.kind, level: event.level });
        break;
      case 'captcha-answered':
        this.captchasAnswered.inc({ reason: event.reason });
        break;
      case 'limit-hit':
        this.limitsHit.inc({ rule: event.rule });
        break;
      case 'allowance-reported':
        this.allowanceReported.inc();
        break;
      case 'allowance-charged':
        this.allowanceCharged.inc({ charge: event.charge });
        break;
      case 'send-attempted':
        this.sends.inc({ provider: event.outcome.provider, outcome: event.outcome.class });
        this.sendDuration.observe({
          labels: { provider: event.outcome.provider },
          value: event.durationMs / 1000,
          exemplarLabels: { sms_id: event.id },
        });
        break;
      case 'circuit-changed':
        this.circuits.set({ provider: event.provider }, event.state === 'open' ? 1 : 0);
        break;
      case 'code-verified':
        this.verifications.inc({ reason: event.reason });
        break;
      case 'inbound':
        this.inbound.inc({ result: event.result });
        break;
      case 'budget-used':
        if (!event.country) this.budget = { used: event.used, at: this.clock() };
        break;
      case 'operation-answered':
        this.operationDuration.observe({ operation: event.operation, reason: event.reason }, event.durationMs / 1000);
        break;
      case 'store-answered':
        this.storeDuration.observe({ operation: event.operation, outcome: event.outcome }, event.durationMs / 1000);
        break;
    }
  };

  /** Everything, in OpenMetrics for those who ask for it, else in Prometheus's older text format, which has no exemplars. */
  async exposition(openMetrics: boolean): Promise<{ contentType: string; text: string }> {
    const text = await this.registry.metrics();
    return openMetrics
      ? { contentType: Registry.OPENMETRICS_CONTENT_TYPE, text }
      : { contentType: Registry.PROMETHEUS_CONTENT_TYPE, text: plainText(text) };
  }

  private showBudget(dailyBudget: number): void {
    const registers = this.registers;
    new Gauge({
      name: 'sms_verification_budget_limit',
      help: 'Messages over all mobiles that any 24 hours may have (SMS_DAILY_BUDGET); absent without a budget.',
      registers,
    }).set(dailyBudget);
    const used = () => (this.budget && this.clock() - this.budget.at >= DAY_MS ? 0 : this.budget?.used);
    new Gauge({
      name: 'sms_verification_budget_used',
      help: 'Messages in the 24 hours before the last one that this server sent, absent until it has sent one: the highest of all servers is the one to read.',
      registers,
      collect() {
        const value = used();
        // A series that is absent lets Prometheus keep the last known value; a 0 after a restart would deny it.
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });
  }
}

function openMetrics(registry: Registry<OpenMetricsContentType>): Registry<OpenMetricsContentType> {
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

/** OpenMetrics as the older format writes it: counters declared under their full name, no exemplars, no end mark. */
function plainText(openMetrics: string): string {
  const counters = new Set([...openMetrics.matchAll(/^# TYPE (\S+) counter$/gm)].map(([, name]) => name));
  return openMetrics
    .replace(/^(# (?:HELP|TYPE)) (\S+)/gm, (declared, what, name) =>
      counters.has(name) ? `${what} ${name}_total` : declared,
    )
    .replace(/ # \{.*$/gm, '')
    .replace(/# EOF\n$/, '');
}
