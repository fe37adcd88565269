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

  constructor(private readonly settings: LimitSettings) {
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
  send(mobile: string, client: string): SendWindow[] {
    const s = this.settings;
    return [
      { rule: 'cooldown', key: `{sms:${mobile}}:cooldown`, cap: s.cooldownMs > 0 ? 1 : 0, lengthMs: s.cooldownMs },
      { rule: 'mobile-hour', key: `{sms:${mobile}}:hour`, cap: s.perMobileHour, lengthMs: HOUR },
      { rule: 'mobile-day', key: `{sms:${mobile}}:day`, cap: s.perMobileDay, lengthMs: DAY },
      { rule: 'client-hour', key: `{client:${client}}:sms`, cap: s.perClientHour, lengthMs: HOUR },
      { rule: 'budget', key: 'budget:day', cap: s.dailyBudget, lengthMs: DAY },
    ].filter((window): window is SendWindow => window.cap > 0);
  }

  /** What a captcha issued to this client is counted in. */
  captcha(client: string): Window[] {
    const cap = this.settings.captchasPerClientMinute;
    return cap > 0 ? [{ key: `{client:${client}}:captchas`, cap, lengthMs: MINUTE }] : [];
  }

  /** Captchas issued to this client and not solved: it never refuses; beyond its cap captchas get hard. */
  unsolved(client: string): Window {
    return { key: `{client:${client}}:unsolved`, cap: UNSOLVED_CAP, lengthMs: UNSOLVED_MS };
  }
}
