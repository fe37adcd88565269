import type { LimitSettings } from '../../src/limits/rules';
import type { Fault, Provider, Scenario } from './actions';
import { Moments, type Rule } from './moments';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface Expected {
  reason: string;
  retryAfter?: number;
  attemptsLeft?: number;
  expiresIn?: number;
}

interface Request {
  mobile: string;
  code: string;
  purpose: string;
  expiresAt: number;
  wrong: number;
  /** Too many wrong codes: nobody may use it any more. */
  isVoid: boolean;
}

/** What other services read of a mobile. */
interface Standing {
  code: string;
  purpose: string;
  expiresAt: number;
}

interface Row {
  failures: number;
  endsAt: number;
}

/**
 * What the product is to do, as plainly as it can be said: lists of moments, one call after the other, no store and no shared code.
 * Times in ms since the start of the scenario.
 */
export class Model {
  now = 0;
  private readonly limits: LimitSettings;
  private readonly moments = new Moments();
  private readonly captchas = new Map<string, { text: string; expiresAt: number }>();
  /** By the uuid of the captcha that was spent on it. */
  private readonly requests = new Map<string, Request>();
  private readonly standing = new Map<string, Standing>();
  private readonly rows = new Map<string, Row>();

  constructor(private readonly scenario: Scenario) {
    this.limits = scenario.limits;
  }

  /** `made` is the captcha that came out of the call, if one did. */
  issue(client: string, made: { uuid: string; text: string } | undefined, fault?: Fault): Expected {
    if (fault?.when === 'before') return { reason: 'SERVICE_UNAVAILABLE' };
    const l = this.limits;
    const ttl = this.scenario.captchaTtl * SECOND;
    const live: Rule = { reason: 'QUOTA_EXCEEDED', name: 'captchas live', cap: 0, length: ttl };
    // Of a hundred thousand captchas that may be alive, the few of a scenario cost each network one.
    const share = this.moments.live(live, this.now) > 0 ? 1 : 0;
    const cap = l.captchasPerNetworkMinute > 0 ? Math.max(1, l.captchasPerNetworkMinute - share) : 0;
    const rules: Rule[] = [
      { ...live, name: `captchas ${client}`, cap: l.captchasPerClientMinute, length: MINUTE },
      { ...live, name: 'captchas network', cap, length: MINUTE },
    ];
    const wait = Math.max(...rules.map((rule) => this.moments.wait(this.now, rule)));
    if (wait === 0) for (const rule of [...rules, live]) this.moments.add(this.now, rule);
    if (fault) return { reason: 'SERVICE_UNAVAILABLE' };
    if (wait > 0) return { reason: 'QUOTA_EXCEEDED', retryAfter: seconds(wait) };
    const expiresIn = this.scenario.captchaTtl;
    if (made) this.captchas.set(made.uuid, { text: made.text, expiresAt: this.now + ttl });
    return { reason: 'OK', expiresIn };
  }

  /** `code` is the one that would be sent; `uuid` and `answer` are those of the call. */
  send(call: {
    client: string;
    mobile: string;
    purpose: string;
    uuid: string;
    answer: string;
    code: string;
    provider: Provider;
    latency: number;
    fault?: Fault;
  }): Expected & { sent: boolean } {
    const { client, mobile, purpose, uuid, code, fault } = call;
    const nothing = (reason: string, wait?: number) => ({ reason, retryAfter: wait && seconds(wait), sent: false });
    if (strikes(fault, 'reserveSend', 'before')) return nothing('SERVICE_UNAVAILABLE');
    /** The step has happened; its answer may be lost. */
    const told = (reason: string, wait?: number) =>
      strikes(fault, 'reserveSend', 'after') ? nothing('SERVICE_UNAVAILABLE') : nothing(reason, wait);
    const captcha = this.captchas.get(uuid);
    this.captchas.delete(uuid);
    if (!captcha || captcha.expiresAt <= this.now) return told('CAPTCHA_EXPIRED');
    if (captcha.text.toUpperCase() !== call.answer.trim().toUpperCase()) return told('CAPTCHA_MISMATCH');

    const rules = this.rulesFor(mobile, client);
    const lock = this.lockWait(mobile);
    const waits = rules.map((rule) => this.moments.wait(this.now, rule));
    const longest = Math.max(...waits);
    const before = this.standing.get(mobile);
    if (lock === 0 && longest === 0) {
      for (const rule of rules) this.moments.add(this.now, rule);
      const expiresAt = this.now + this.scenario.codeTtl * SECOND;
      this.requests.set(uuid, { mobile, code, purpose, expiresAt, wrong: 0, isVoid: false });
      this.standing.set(mobile, { code, purpose, expiresAt });
    }
    if (strikes(fault, 'reserveSend', 'after')) return nothing('SERVICE_UNAVAILABLE');
    if (lock > 0) return told('SMS_CODE_LOCKED', lock);
    if (longest > 0) return told(rules[waits.indexOf(longest)]?.reason ?? '', longest);

    const countedAt = this.now;
    this.now += call.latency * SECOND;
    const cooldownLeft = this.limits.cooldownMs - (this.now - countedAt);
    const retryAfter = cooldownLeft > 0 ? seconds(cooldownLeft) : undefined;
    const expiresIn = Math.max(0, seconds(this.scenario.codeTtl * SECOND - (this.now - countedAt)));
    switch (call.provider) {
      case 'accepted':
        return { reason: 'OK', retryAfter, expiresIn, sent: true };
      case 'unknown':
      case 'throws':
        return { reason: 'SMS_UNCONFIRMED', retryAfter, expiresIn, sent: true };
      default: {
        if (!strikes(fault, 'refundSend', 'before')) this.refund(rules, countedAt, uuid, before);
        const pause = Math.max(this.limits.cooldownMs, MINUTE);
        return {
          reason: 'SMS_REJECTED',
          retryAfter: call.provider === 'throttled' ? seconds(pause) : undefined,
          sent: true,
        };
      }
    }
  }

  verify(call: {
    client: string;
    mobile: string;
    uuid: string | undefined;
    purpose: string;
    guess: string;
    fault?: Fault;
  }): Expected {
    const { client, mobile, uuid, purpose, fault } = call;
    if (fault?.when === 'before') return { reason: 'SERVICE_UNAVAILABLE' };
    const named = uuid === undefined ? undefined : this.requests.get(uuid);
    const request =
      named && named.mobile === mobile && named.purpose === purpose && named.expiresAt > this.now ? named : undefined;
    // A try where nothing is compared counts as a guess.
    const compares = request && !request.isVoid && this.lockWait(mobile) === 0;
    const rule: Rule = {
      reason: 'QUOTA_EXCEEDED',
      name: `${compares ? 'tries' : 'guesses'} ${client}`,
      cap: this.limits.verificationsPerClientHour,
      length: HOUR,
    };
    const wait = this.moments.wait(this.now, rule);
    // The first try at a request is compared whatever others at the same address did; a wrong one waits like theirs.
    const isCompared = wait === 0 || (compares && request.wrong === 0);
    const compared: Expected =
      isCompared && request ? this.check(request, call.guess.trim()) : { reason: 'SMS_CODE_EXPIRED' };
    const answer: Expected =
      wait > 0 && compared.reason !== 'OK' ? { reason: 'QUOTA_EXCEEDED', retryAfter: seconds(wait) } : compared;
    if (wait === 0 && answer.reason !== 'OK') this.moments.add(this.now, rule);
    return fault ? { reason: 'SERVICE_UNAVAILABLE' } : answer;
  }

  /** What other services read under `sms:{mobile}`. */
  standingCode(mobile: string): string | null {
    const standing = this.standing.get(mobile);
    return standing && standing.expiresAt > this.now ? standing.code : null;
  }

  private check(request: Request, guess: string): Expected {
    const { mobile } = request;
    const lock = this.lockWait(mobile);
    if (lock > 0) return { reason: 'SMS_CODE_LOCKED', attemptsLeft: 0, retryAfter: seconds(lock) };
    if (request.isVoid) return { reason: 'SMS_CODE_LOCKED', attemptsLeft: 0 };
    if (request.code === guess) {
      for (const [uuid, other] of this.requests) {
        if (other.mobile === mobile && other.purpose === request.purpose) this.requests.delete(uuid);
      }
      if (this.standing.get(mobile)?.purpose === request.purpose) this.standing.delete(mobile);
      this.rows.delete(mobile);
      return { reason: 'OK' };
    }
    const { maxAttempts, maxFailures } = this.limits;
    request.wrong++;
    request.isVoid = maxAttempts > 0 && request.wrong >= maxAttempts;
    const row = this.rows.get(mobile);
    const failures = (row && row.endsAt > this.now ? row.failures : 0) + 1;
    const mustWait = maxFailures > 0 && failures >= maxFailures;
    this.rows.set(mobile, { failures, endsAt: this.now + (mustWait ? HOUR : DAY) });
    if (mustWait || (request.isVoid && this.standing.get(mobile)?.code === request.code)) this.standing.delete(mobile);
    if (mustWait) return { reason: 'SMS_CODE_LOCKED', attemptsLeft: 0, retryAfter: 3600 };
    if (request.isVoid) return { reason: 'SMS_CODE_LOCKED', attemptsLeft: 0 };
    const left = [];
    if (maxAttempts > 0) left.push(maxAttempts - request.wrong);
    if (maxFailures > 0) left.push(maxFailures - failures);
    return { reason: 'SMS_CODE_MISMATCH', attemptsLeft: left.length > 0 ? Math.min(...left) : undefined };
  }

  private rulesFor(mobile: string, client: string): Rule[] {
    const l = this.limits;
    return [
      { reason: 'TOO_FREQUENT', name: `cooldown ${mobile}`, cap: l.cooldownMs > 0 ? 1 : 0, length: l.cooldownMs },
      { reason: 'QUOTA_EXCEEDED', name: `hour ${mobile}`, cap: l.perMobileHour, length: HOUR },
      { reason: 'QUOTA_EXCEEDED', name: `day ${mobile}`, cap: l.perMobileDay, length: DAY },
      { reason: 'QUOTA_EXCEEDED', name: `hour ${client}`, cap: l.perClientHour, length: HOUR },
      { reason: 'QUOTA_EXCEEDED', name: 'hour network', cap: l.perNetworkHour, length: HOUR },
      { reason: 'QUOTA_EXCEEDED', name: 'budget', cap: l.dailyBudget, length: DAY },
    ];
  }

  private refund(rules: Rule[], countedAt: number, uuid: string, before: Standing | undefined): void {
    const request = this.requests.get(uuid);
    // Whether anybody tried it is not known once its life is over, so that it counts as tried.
    if (request && request.expiresAt > this.now) for (const { name } of rules) this.moments.remove(name, countedAt);
    this.requests.delete(uuid);
    // Its lifetime may have ended while the provider took its time: then it does not stand there any more.
    if (!request || this.standingCode(request.mobile) !== request.code) return;
    if (before && before.expiresAt > this.now) this.standing.set(request.mobile, before);
    else this.standing.delete(request.mobile);
  }

  private lockWait(mobile: string): number {
    const row = this.rows.get(mobile);
    const { maxFailures } = this.limits;
    return maxFailures > 0 && row && row.failures >= maxFailures ? Math.max(0, row.endsAt - this.now) : 0;
  }
}

const seconds = (ms: number): number => Math.ceil(ms / SECOND);

function strikes(fault: Fault | undefined, method: Fault['method'], when: Fault['when']): boolean {
  return fault?.method === method && fault.when === when;
}
