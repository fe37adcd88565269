import type { ConversionRule } from './conversion';
import type { Window } from './window';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Every limit by its name; each may be switched off by a cap (or a time) of 0. */
export interface LimitSettings {
  /** Time between two messages to one mobile, ms. */
  cooldownMs: number;
  perMobileHour: number;
  perMobileDay: number;
  perClientHour: number;
  captchasPerClientMinute: number;
  /** Messages over all mobiles in any 24 hours. */
  dailyBudget: number;
  /** Wrong codes before a code is void. */
  maxAttempts: number;
  /** Wrong codes in a row, over any number of codes, before a mobile must wait. */
  maxFailures: number;
  /** What a conversion that is too low does. */
  conversion: ConversionRule['mode'];
}

/** Whom a limit counts. */
export interface Client {
  /** Stands for the client's address (an IPv6 address counts as its /64). */
  id: string;
  /** Stands for the network around it (IPv4: its /24, IPv6: its /48). */
  network: string;
}

export type SendRule = 'cooldown' | 'mobile-hour' | 'mobile-day' | 'client-hour' | 'budget';

export interface SendWindow extends Window {
  rule: SendRule;
}

/** How wrong codes are counted against a mobile. 0 switches a count off. */
export interface GuessRule {
  maxAttempts: number;
  maxFailures: number;
  /** How long a mobile waits after `maxFailures`, ms. */
  lockMs: number;
  /** How long after the last wrong code the row is forgotten, ms. */
  rowMs: number;
}

/** A client with more unsolved captchas than this in ten minutes gets the hard ones. */
const UNSOLVED_CAP = 10;
const UNSOLVED_MS = 10 * MINUTE;

/** Vonage raises its alarm at 35 % or less; fewer than 30 messages an hour prove nothing. */
const CONVERSION = { floor: 30, percent: 35, lengthMs: HOUR };
/** Digits of a mobile that name its carrier and region: ten thousand numbers share them. */
const PREFIX_DIGITS = 7;

/** The share of the budget at which the operator is warned. */
const BUDGET_WARNING = 0.8;

/**
 * All rules against abuse, in one place: what is counted, for whom, in which window. The stores count; nobody else decides.
 * Keys: what is counted for a mobile shares the slot of `sms:{mobile}` in a Redis Cluster, what is counted for a client another.
 */
export class LimitRules {
  readonly guesses: GuessRule;
  /** The count at which the budget's warning is due; undefined without a budget. */
  readonly budgetWarning: number | undefined;

  private readonly conversionRule: ConversionRule;

  /** `codeTtlMs`: for as long as a code is good, its message is not held against anyone. */
  constructor(
    private readonly settings: LimitSettings,
    codeTtlMs: number,
  ) {
    this.conversionRule = { ...CONVERSION, mode: settings.conversion, graceMs: codeTtlMs };
    this.guesses = {
      maxAttempts: settings.maxAttempts,
      maxFailures: settings.maxFailures,
      lockMs: HOUR,
      rowMs: DAY,
    };
    this.budgetWarning = settings.dailyBudget > 0 ? Math.ceil(settings.dailyBudget * BUDGET_WARNING) : undefined;
  }

  get cooldownMs(): number {
    return this.settings.cooldownMs;
  }

  /** What a message to this mobile, asked for by this client, is counted in. */
  send(mobile: string, client: Client): SendWindow[] {
    const s = this.settings;
    return [
      { rule: 'cooldown', key: `{sms:${mobile}}:cooldown`, cap: s.cooldownMs > 0 ? 1 : 0, lengthMs: s.cooldownMs },
      { rule: 'mobile-hour', key: `{sms:${mobile}}:hour`, cap: s.perMobileHour, lengthMs: HOUR },
      { rule: 'mobile-day', key: `{sms:${mobile}}:day`, cap: s.perMobileDay, lengthMs: DAY },
      { rule: 'client-hour', key: `{client:${client.id}}:sms`, cap: s.perClientHour, lengthMs: HOUR },
      { rule: 'budget', key: 'budget:day', cap: s.dailyBudget, lengthMs: DAY },
    ].filter((window): window is SendWindow => window.cap > 0);
  }

  /** What a captcha issued to this client is counted in. */
  captcha(client: Client): Window[] {
    const cap = this.settings.captchasPerClientMinute;
    return cap > 0 ? [{ key: `{client:${client.id}}:captchas`, cap, lengthMs: MINUTE }] : [];
  }

  /** Captchas issued to this client and not solved: it never refuses; beyond its cap captchas get hard. */
  unsolved(client: Client): Window {
    return { key: `{client:${client.id}}:unsolved`, cap: UNSOLVED_CAP, lengthMs: UNSOLVED_MS };
  }

  /** Where the messages to this mobile's prefix, and those asked for from this client's network, are held against their verifications. */
  conversion(mobile: string, client: Client): { rule: ConversionRule; keys: readonly [string, string] } {
    const prefix = mobile.slice(0, PREFIX_DIGITS);
    return {
      rule: this.conversionRule,
      keys: [`{prefix:${prefix}}:conversion`, `{network:${client.network}}:conversion`],
    };
  }
}
