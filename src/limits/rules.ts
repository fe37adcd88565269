import {
  type AllowanceRule,
  allowanceRule,
  CAPTCHAS_PER_DEVICE,
  MESSAGES_PER_DEVICE,
  UNSOLVED_CAPTCHAS,
} from './allowances';
import type { LimitRule, SlidingWindowLimit, Subject } from './sliding-window-limit';

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
  perNetworkHour: number;
  captchasPerClientMinute: number;
  captchasPerNetworkMinute: number;
  /** Messages over all mobiles in any 24 hours. */
  dailyBudget: number;
  /** Wrong codes before a request's code is void. */
  maxAttempts: number;
  /** Wrong codes in a row, over all requests of a mobile, before it must wait. */
  maxFailures: number;
  verificationsPerClientHour: number;
  /** What becomes of a message for which nobody has an allowance: refused, told of, or not even counted. */
  abusePolicy: 'enforce' | 'report' | 'off';
}

/** What is counted by country, where numbers of more than one are taken. */
export interface CountryLimits {
  /** Messages to a country in any 24 hours, by ISO 3166-1 alpha-2; absent: no more than to all together. */
  budgets?: Readonly<Record<string, number>>;
  /** Different countries that one client may have messages sent to in any 24 hours; absent: any. */
  perClient?: number;
}

/** A client seldom knows people in more countries; who pumps messages tries where they pay most. */
const COUNTRIES_PER_CLIENT = 3;

export function countryLimits(countries: readonly string[], budgets: CountryLimits['budgets']): CountryLimits {
  return { budgets, perClient: countries.length > COUNTRIES_PER_CLIENT ? COUNTRIES_PER_CLIENT : 0 };
}

/** Whom a limit counts. */
export interface Client {
  /** Stands for the client's address (an IPv6 address counts as its /64). */
  id: string;
  /** Stands for the network around it (IPv4: its /24, IPv6: its /48). */
  network: string;
  /** Stands for the network around that (IPv4: its /16, IPv6: its /32). */
  parent: string;
}

/** How wrong codes are counted. 0 switches a count off. */
export interface LockoutPolicy {
  /** Wrong codes before a request's code is void. */
  maxAttempts: number;
  /** Wrong codes in a row, over all requests of a mobile, before the mobile is locked. */
  maxFailures: number;
  /** How long a mobile is locked after `maxFailures`, ms. */
  lockoutMs: number;
  /** How long after the last wrong code the failures are forgotten, ms. */
  failureWindowMs: number;
}

/**
 * Captchas that may be alive at once, whoever asked for them: 15 to 100 MB of Redis. The fuller this is, the smaller is the share of each
 * network and of each parent of networks, so that few of them never use it up: captcha-limits.ts.
 */
const LIVE_CAPTCHAS = 100_000;

/** The share of the budget at which the operator is warned. */
const BUDGET_WARNING = 0.8;

/** The count at which the warning of a budget is due. */
export const budgetWarning = (budget: number): number => Math.ceil(budget * BUDGET_WARNING);

/** Whose allowance a message is asked for on. Ids are keyed hashes. */
export interface AllowanceRequest {
  rule: AllowanceRule;
  mode: 'enforce' | 'report';
  client: string;
  network: string;
  parent: string;
  person: string;
  /** Counts what the trusted device that was shown pays for; absent where none was. */
  device?: SlidingWindowLimit;
}

/** All rules against abuse, in one place: what is counted, for whom, in which window. The stores count; nobody else decides. */
export class LimitRules {
  readonly lockout: LockoutPolicy;
  private readonly allowanceRule: AllowanceRule;

  constructor(
    private readonly settings: LimitSettings,
    private readonly captchaTtlMs: number,
    private readonly countries: CountryLimits = {},
  ) {
    this.lockout = {
      maxAttempts: settings.maxAttempts,
      maxFailures: settings.maxFailures,
      lockoutMs: HOUR,
      failureWindowMs: DAY,
    };
    this.allowanceRule = allowanceRule(settings.dailyBudget, settings.perClientHour);
  }

  /** Whether messages are owed until they are confirmed. */
  get keepsAllowances(): boolean {
    return this.settings.abusePolicy !== 'off';
  }

  get cooldownMs(): number {
    return this.settings.cooldownMs;
  }

  /** What a message to this mobile of that country, asked for by this client, is counted in. */
  send(mobile: string, { id, network }: Client, country = 'CN'): SlidingWindowLimit[] {
    const s = this.settings;
    const { perClient = 0 } = this.countries;
    const byMobile: Subject = { kind: 'mobile', id: mobile };
    return [
      limit('cooldown', byMobile, s.cooldownMs > 0 ? 1 : 0, s.cooldownMs),
      limit('mobile-hour', byMobile, s.perMobileHour, HOUR),
      limit('mobile-day', byMobile, s.perMobileDay, DAY),
      // Enforced, the policy counts a client's unconfirmed messages instead.
      limit('client-hour', { kind: 'client', id }, s.abusePolicy === 'enforce' ? 0 : s.perClientHour, HOUR),
      limit('network-hour', { kind: 'network', id: network }, s.perNetworkHour, HOUR),
      ...this.budgets(country),
      limit('client-countries', { kind: 'client', id }, perClient, DAY, countryNumber(country)),
    ].filter(isOn);
  }

  /** The budgets that a message to this country comes out of. */
  budgets(country: string): SlidingWindowLimit[] {
    return [
      limit('budget', { kind: 'everyone' }, this.settings.dailyBudget, DAY),
      limit('country-budget', { kind: 'country', id: country }, this.countries.budgets?.[country] ?? 0, DAY),
    ].filter(isOn);
  }

  /**
   * On whose allowance this client asks for a message. Undefined where nobody owes anything.
   * @param person stands for the mobile.
   * @param device the number of the trusted device that was shown.
   */
  allowance(client: Client, person: string, device?: string): AllowanceRequest | undefined {
    const { abusePolicy: mode } = this.settings;
    if (mode === 'off') return undefined;
    const { id, network, parent } = client;
    const ofDevice =
      device === undefined ? undefined : limit('device-day', { kind: 'device', id: device }, MESSAGES_PER_DEVICE, DAY);
    return { rule: this.allowanceRule, mode, client: id, network, parent, person, device: ofDevice };
  }

  /**
   * What a captcha issued to this client is counted in; where a trusted device was shown, in what is counted for that one alone, so that no
   * stranger behind the same address or network, and no flood, keeps those who are known from confirming.
   * @param device its number.
   */
  captcha({ id, network, parent }: Client, device?: string): SlidingWindowLimit[] {
    const s = this.settings;
    if (device !== undefined) {
      const cap = s.captchasPerClientMinute > 0 ? CAPTCHAS_PER_DEVICE : 0;
      return [limit('captcha-device-minute', { kind: 'device', id: device }, cap, MINUTE)].filter(isOn);
    }
    // Whoever switches the count of networks off does not want their parents counted either.
    const shared = s.captchasPerNetworkMinute > 0 ? LIVE_CAPTCHAS : 0;
    return [
      limit('captcha-minute', { kind: 'client', id }, s.captchasPerClientMinute, MINUTE),
      limit('captcha-network-minute', { kind: 'network', id: network }, s.captchasPerNetworkMinute, MINUTE),
      limit('captchas-live', { kind: 'everyone' }, LIVE_CAPTCHAS, this.captchaTtlMs),
      limit('captcha-parent-live', { kind: 'parent', id: parent }, shared, this.captchaTtlMs),
      ...this.unsolved({ id, network }),
    ].filter(isOn);
  }

  /** What of it is refunded once the captcha is solved. */
  unsolved({ id, network }: Pick<Client, 'id' | 'network'>, device?: string): SlidingWindowLimit[] {
    if (device !== undefined) return [];
    const { captchasPerClientMinute: client, captchasPerNetworkMinute: perNetwork } = this.settings;
    // Whoever switches the count of captchas off does not want them counted by the hour either.
    return [
      limit('captcha-unsolved', { kind: 'client', id }, client > 0 ? UNSOLVED_CAPTCHAS.perClientHour : 0, HOUR),
      limit(
        'captcha-network-unsolved',
        { kind: 'network', id: network },
        perNetwork > 0 ? UNSOLVED_CAPTCHAS.perNetworkHour : 0,
        HOUR,
      ),
    ].filter(isOn);
  }

  /** What checking a code is counted in: tries that are compared with a request's own code, and guesses where nothing is compared. */
  verify({ id }: Client): { verifications?: SlidingWindowLimit; guesses?: SlidingWindowLimit } {
    const cap = this.settings.verificationsPerClientHour;
    if (cap === 0) return {};
    return {
      verifications: limit('verify-hour', { kind: 'client', id }, cap, HOUR),
      guesses: limit('guess-hour', { kind: 'client', id }, cap, HOUR),
    };
  }
}

function limit(rule: LimitRule, subject: Subject, cap: number, lengthMs: number, value?: number): SlidingWindowLimit {
  return value === undefined ? { rule, subject, cap, lengthMs } : { rule, subject, cap, lengthMs, value };
}

const isOn = ({ cap }: SlidingWindowLimit): boolean => cap > 0;

/** 1 for AA to 676 for ZZ. */
const countryNumber = (country: string): number => (country.charCodeAt(0) - 65) * 26 + (country.charCodeAt(1) - 65) + 1;
