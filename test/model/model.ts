import type { LimitSettings } from '../../src/limits/rules';
import type { Fault, Provider, Scene } from './actions';

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

interface Code {
  text: string;
  expiresAt: number;
  wrong: number;
  /** Too many wrong ones: nobody may use it any more. */
  isVoid: boolean;
}

interface Row {
  failures: number;
  endsAt: number;
}

/** One list of moments a rule; nothing is ever dropped from it but what was taken back. */
interface Rule {
  reason: 'TOO_FREQUENT' | 'QUOTA_EXCEEDED';
  name: string;
  cap: number;
  length: number;
}

/**
 * What the product is to do, as plainly as it can be said: lists of moments, one call after the other, no store and no shared code.
 * Times in ms since the start of the scene.
 */
export class Model {
  now = 0;
  private readonly limits: LimitSettings;
  private readonly lists = new Map<string, number[]>();
  private readonly unsolved = new Map<string, number[]>();
  private readonly captchas = new Map<string, { text: string; expiresAt: number }>();
  private readonly codes = new Map<string, Code>();
  private readonly rows = new Map<string, Row>();

  constructor(private readonly scene: Scene) {
    this.limits = scene.limits;
  }

  /** `made` is the captcha that came out of the call, if one did. */
  issue(
    client: string,
    made: { uuid: string; text: string } | undefined,
    fault?: Fault,
  ): Expected & { hard?: boolean } {
    if (fault?.when === 'before') return { reason: 'SERVICE_UNAVAILABLE' };
    const rule: Rule = {
      reason: 'QUOTA_EXCEEDED',
      name: `captchas ${client}`,
      cap: this.limits.captchasPerClientMinute,
      length: MINUTE,
    };
    const wait = this.wait(rule);
    if (wait === 0) this.count(rule);
    const open = this.openCaptchas(client);
    const hard = open.length > 10;
    if (wait === 0 && !hard) open.push(this.now);
    if (fault) return { reason: 'SERVICE_UNAVAILABLE' };
    if (wait > 0) return { reason: 'QUOTA_EXCEEDED', retryAfter: seconds(wait) };
    const expiresIn = this.scene.captchaTtl;
    if (made) this.captchas.set(made.uuid, { text: made.text, expiresAt: this.now + expiresIn * SECOND });
    return { reason: 'OK', expiresIn, hard };
  }

  /** `code` is the one that would be sent; `uuid` and `answer` are those of the call. */
  send(call: {
    client: string;
    mobile: string;
    uuid: string;
    answer: string;
    code: string;
    provider: Provider;
    latency: number;
    fault?: Fault;
  }): Expected & { sent: boolean } {
    const { client, mobile, uuid, fault } = call;
    const nothing = (reason: string, wait?: number) => ({ reason, retryAfter: wait && seconds(wait), sent: false });
    if (strikes(fault, 'reserveSend', 'before')) return nothing('SERVICE_UNAVAILABLE');
    /** The step has happened; its answer may be lost. */
    const told = (reason: string, wait?: number) =>
      strikes(fault, 'reserveSend', 'after') ? nothing('SERVICE_UNAVAILABLE') : nothing(reason, wait);
    const captcha = this.captchas.get(uuid);
    this.captchas.delete(uuid);
    if (!captcha || captcha.expiresAt <= this.now) return told('CAPTCHA_EXPIRED');
    if (captcha.text.toUpperCase() !== call.answer.trim().toUpperCase()) return told('CAPTCHA_MISMATCH');

    this.openCaptchas(client).pop();
    const rules = this.rulesFor(mobile, client);
    const lock = this.lockWait(mobile);
    const waits = rules.map((rule) => this.wait(rule));
    const longest = Math.max(...waits);
    if (lock === 0 && longest === 0) {
      for (const rule of rules) this.count(rule);
      this.codes.set(mobile, {
        text: call.code,
        expiresAt: this.now + this.scene.codeTtl * SECOND,
        wrong: 0,
        isVoid: false,
      });
    }
    if (strikes(fault, 'reserveSend', 'after')) return nothing('SERVICE_UNAVAILABLE');
    if (lock > 0) return told('SMS_CODE_LOCKED', lock);
    if (longest > 0) return told(rules[waits.indexOf(longest)]?.reason ?? '', longest);

    const countedAt = this.now;
    this.now += call.latency * SECOND;
    const cooldownLeft = this.limits.cooldownMs - (this.now - countedAt);
    const retryAfter = cooldownLeft > 0 ? seconds(cooldownLeft) : undefined;
    const expiresIn = this.scene.codeTtl;
    switch (call.provider) {
      case 'accepted':
        return { reason: 'OK', retryAfter, expiresIn, sent: true };
      case 'unknown':
      case 'throws':
        return { reason: 'SMS_UNCONFIRMED', retryAfter, expiresIn, sent: true };
      default: {
        if (!strikes(fault, 'releaseSend', 'before')) this.takeBack(rules, countedAt, mobile, call.code);
        const pause = Math.max(this.limits.cooldownMs, MINUTE);
        return {
          reason: 'SMS_REJECTED',
          retryAfter: call.provider === 'throttled' ? seconds(pause) : undefined,
          sent: true,
        };
      }
    }
  }

  verify(mobile: string, guess: string, fault?: Fault): Expected {
    if (fault?.when === 'before') return { reason: 'SERVICE_UNAVAILABLE' };
    const answer = this.check(mobile, guess.trim());
    return fault ? { reason: 'SERVICE_UNAVAILABLE' } : answer;
  }

  /** The code that a right guess would have to be, good or void. */
  codeOf(mobile: string): string | undefined {
    return this.codes.get(mobile)?.text;
  }

  private check(mobile: string, guess: string): Expected {
    const lock = this.lockWait(mobile);
    if (lock > 0) return { reason: 'SMS_CODE_LOCKED', attemptsLeft: 0, retryAfter: seconds(lock) };
    const code = this.codes.get(mobile);
    if (!code || code.expiresAt <= this.now) return { reason: 'SMS_CODE_EXPIRED' };
    if (code.isVoid) return { reason: 'SMS_CODE_LOCKED', attemptsLeft: 0 };
    if (code.text === guess) {
      this.codes.delete(mobile);
      this.rows.delete(mobile);
      return { reason: 'OK' };
    }
    const { maxAttempts, maxFailures } = this.limits;
    code.wrong++;
    code.isVoid = maxAttempts > 0 && code.wrong >= maxAttempts;
    const row = this.rows.get(mobile);
    const failures = (row && row.endsAt > this.now ? row.failures : 0) + 1;
    const mustWait = maxFailures > 0 && failures >= maxFailures;
    this.rows.set(mobile, { failures, endsAt: this.now + (mustWait ? HOUR : DAY) });
    if (mustWait) {
      this.codes.delete(mobile);
      return { reason: 'SMS_CODE_LOCKED', attemptsLeft: 0, retryAfter: 3600 };
    }
    if (code.isVoid) return { reason: 'SMS_CODE_LOCKED', attemptsLeft: 0 };
    const left = [];
    if (maxAttempts > 0) left.push(maxAttempts - code.wrong);
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
      { reason: 'QUOTA_EXCEEDED', name: 'budget', cap: l.dailyBudget, length: DAY },
    ];
  }

  private list(name: string): number[] {
    const list = this.lists.get(name) ?? [];
    this.lists.set(name, list);
    return list;
  }

  /** The time to the first end of a moment at which fewer than `cap` moments lie less than a length back. */
  private wait({ name, cap, length }: Rule): number {
    if (cap === 0) return 0;
    const list = this.list(name);
    const room = (at: number) => list.filter((moment) => at - moment < length).length < cap;
    if (room(this.now)) return 0;
    const ends = list.map((moment) => moment + length).filter((at) => at > this.now && room(at));
    return Math.min(...ends) - this.now;
  }

  private count({ name }: Rule): void {
    this.list(name).push(this.now);
  }

  private takeBack(rules: Rule[], countedAt: number, mobile: string, code: string): void {
    for (const { name } of rules) this.list(name).splice(this.list(name).lastIndexOf(countedAt), 1);
    if (this.codes.get(mobile)?.text === code) this.codes.delete(mobile);
  }

  private openCaptchas(client: string): number[] {
    const open = (this.unsolved.get(client) ?? []).filter((moment) => this.now - moment < 10 * MINUTE);
    this.unsolved.set(client, open);
    return open;
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
