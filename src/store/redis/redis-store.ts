import type { GuessRule } from '../../limits/rules';
import type { Window } from '../../limits/window';
import { attemptsKey, captchaKey, codeKey, failuresKey } from '../keys';
import {
  type CaptchaIssue,
  type CaptchaIssued,
  type CodeVerified,
  type Conversion,
  comparable,
  type SendRelease,
  type SendReservation,
  type SendReserved,
  type Store,
} from '../store';
import type { RedisCommands, Reply } from './redis-commands';

/** Cap and length of each window, as the scripts take them. */
export const bounds = (...windows: readonly Window[]): string => windows.map((w) => `${w.cap} ${w.lengthMs}`).join(' ');

export const keysOf = (windows: readonly Window[]): string[] => windows.map((w) => w.key);

/** A conversion's rule as the scripts take it: window, grace, floor, percentage, 1 to enforce it. Switched off, all are 0. */
export function judgement(conversion: Conversion | undefined): number[] {
  if (!conversion || conversion.rule.mode === 'off') return [0, 0, 0, 0, 0];
  const { lengthMs, graceMs, floor, percent, mode } = conversion.rule;
  return [lengthMs, graceMs, floor, percent, mode === 'enforce' ? 1 : 0];
}

/** What a script answers that does not reserve. */
export function notReserved([status, first, second]: Reply): Exclude<SendReserved, { status: 'ok' }> {
  switch (status) {
    case 'refused':
      return { status, window: Number(first), waitMs: Number(second) };
    case 'locked':
    case 'poor':
      return { status, waitMs: Number(first) };
    case 'captcha-mismatch':
      return { status };
    default:
      return { status: 'captcha-expired' };
  }
}

/** What verify.lua answers. */
export function verified([status, value]: Reply): CodeVerified {
  if (status === 'mismatch') return { status, attemptsLeft: Number(value) < 0 ? undefined : Number(value) };
  if (status === 'locked') return { status, waitMs: Number(value) > 0 ? Number(value) : undefined };
  return { status: status === 'ok' ? 'ok' : 'expired' };
}

/** The store on one Redis (or a primary that Sentinel names): one Lua script a step, on Redis's own clock. */
export class RedisStore implements Store {
  constructor(private readonly commands: RedisCommands) {}

  async issueCaptcha({ uuid, text, ttlMs, windows, unsolved }: CaptchaIssue): Promise<CaptchaIssued> {
    const [status, value] = await this.commands.run(
      'issue',
      [captchaKey(uuid), unsolved.key, ...keysOf(windows)],
      [text, ttlMs, bounds(unsolved), bounds(...windows)],
    );
    return status === 'refused' ? { status, waitMs: Number(value) } : { status: 'ok', suspicious: value === 1 };
  }

  async takeCaptcha(uuid: string): Promise<string | null> {
    const [status, answer] = await this.commands.run('take', [captchaKey(uuid)], []);
    return status === 'ok' ? String(answer) : null;
  }

  async reserveSend(reservation: SendReservation): Promise<SendReserved> {
    const { captcha, mobile, code, ttlMs, windows, guesses, solved, conversion } = reservation;
    const countedAt = (at: number) => Array<number>(windows.length + (conversion?.keys.length ?? 0)).fill(at);
    const reply = await this.commands.run(
      'reserve',
      [
        codeKey(mobile),
        attemptsKey(mobile),
        failuresKey(mobile),
        captchaKey(captcha?.uuid ?? ''),
        solved.key,
        ...conversionKeys(conversion, mobile),
        ...keysOf(windows),
      ],
      [
        // Marked, so that a blank answer is a wrong one and not the absence of a captcha.
        captcha ? `=${comparable(captcha.answer)}` : '',
        code,
        [ttlMs, guesses.maxFailures, bounds(solved), ...judgement(conversion)].join(' '),
        bounds(...windows),
      ],
      ([, at]) => this.releaseSend({ mobile, code, windows, conversion, countedAt: countedAt(Number(at)) }),
    );
    const [status, at, poor, ...counts] = reply;
    if (status !== 'ok') return notReserved(reply);
    return { status, countedAt: countedAt(Number(at)), counts: counts.map(Number), poor: poor === 1 || undefined };
  }

  async releaseSend({ mobile, code, windows, conversion, countedAt }: SendRelease): Promise<void> {
    await this.commands.run(
      'release',
      [codeKey(mobile), attemptsKey(mobile), ...conversionKeys(conversion, mobile), ...keysOf(windows)],
      [code, countedAt[0] ?? 0, judgement(conversion)[0] ?? 0, bounds(...windows)],
    );
  }

  async verifyCode(mobile: string, code: string, guesses: GuessRule, conversion?: Conversion): Promise<CodeVerified> {
    const [lengthMs = 0] = judgement(conversion);
    return verified(
      await this.commands.run(
        'verify',
        [codeKey(mobile), attemptsKey(mobile), failuresKey(mobile), ...(lengthMs ? (conversion?.keys ?? []) : [])],
        [code, guesses.maxAttempts, guesses.maxFailures, guesses.lockMs, guesses.rowMs, lengthMs],
      ),
    );
  }

  ping(): Promise<void> {
    return this.commands.ping();
  }

  close(): Promise<void> {
    return this.commands.close();
  }
}

/** The scripts expect two keys in these places; where nothing is judged they leave them alone. */
function conversionKeys(conversion: Conversion | undefined, mobile: string): readonly string[] {
  return conversion?.keys ?? [codeKey(mobile), codeKey(mobile)];
}
