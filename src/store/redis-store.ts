import type { GuessRule } from '../limits/rules';
import type { Window } from '../limits/window';
import { attemptsKey, captchaKey, codeKey, failuresKey } from './keys';
import type { RedisCommands, Reply } from './redis-commands';
import type {
  CaptchaIssue,
  CaptchaIssued,
  CodeVerified,
  SendRelease,
  SendReservation,
  SendReserved,
  Store,
} from './store';

/** Cap and length of each window, as the scripts take them. */
export const bounds = (windows: readonly Window[]): number[] => windows.flatMap((w) => [w.cap, w.lengthMs]);

export const keysOf = (windows: readonly Window[]): string[] => windows.map((w) => w.key);

/** The answer of a script that counts. */
export function reserved([status, first, ...rest]: Reply): SendReserved {
  if (status === 'locked') return { status, waitMs: Number(first) };
  if (status === 'refused') return { status, window: Number(first), waitMs: Number(rest[0]) };
  return { status: 'ok', countedAt: rest.map(() => Number(first)), counts: rest.map(Number) };
}

/** The store on one Redis (or a primary that Sentinel names): one Lua script a step, on Redis's own clock. */
export class RedisStore implements Store {
  constructor(private readonly commands: RedisCommands) {}

  async issueCaptcha({ uuid, text, ttlMs, windows, unsolved }: CaptchaIssue): Promise<CaptchaIssued> {
    const [status, value] = await this.commands.run(
      'issue',
      [captchaKey(uuid), unsolved.key, ...keysOf(windows)],
      [text, ttlMs, unsolved.cap, unsolved.lengthMs, ...bounds(windows)],
    );
    return status === 'refused' ? { status, waitMs: Number(value) } : { status: 'ok', suspicious: value === 1 };
  }

  async takeCaptcha(uuid: string): Promise<string | null> {
    const [status, answer] = await this.commands.run('take', [captchaKey(uuid)], []);
    return status === 'ok' ? String(answer) : null;
  }

  async reserveSend({ mobile, code, ttlMs, windows, guesses, solved }: SendReservation): Promise<SendReserved> {
    const reply = await this.commands.run(
      'reserve',
      [codeKey(mobile), attemptsKey(mobile), failuresKey(mobile), solved.key, ...keysOf(windows)],
      [code, ttlMs, guesses.maxFailures, solved.cap, solved.lengthMs, ...bounds(windows)],
      ([, at]) => this.release(mobile, code, Number(at), windows),
    );
    return reserved(reply);
  }

  async releaseSend({ mobile, code, countedAt, windows }: SendRelease): Promise<void> {
    await this.release(mobile, code, countedAt[0] ?? 0, windows);
  }

  /** Takes back what one script counted, all at the one time `at`. */
  async release(mobile: string, code: string, at: number, windows: readonly Window[]): Promise<void> {
    await this.commands.run(
      'release',
      [codeKey(mobile), attemptsKey(mobile), ...keysOf(windows)],
      [code, at, ...bounds(windows)],
    );
  }

  async verifyCode(mobile: string, code: string, guesses: GuessRule): Promise<CodeVerified> {
    const [status, value] = await this.commands.run(
      'verify',
      [codeKey(mobile), attemptsKey(mobile), failuresKey(mobile)],
      [code, guesses.maxAttempts, guesses.maxFailures, guesses.lockMs, guesses.rowMs],
    );
    if (status === 'mismatch') return { status, attemptsLeft: Number(value) < 0 ? undefined : Number(value) };
    if (status === 'locked') return { status, waitMs: Number(value) > 0 ? Number(value) : undefined };
    return { status: status === 'ok' ? 'ok' : 'expired' };
  }

  ping(): Promise<void> {
    return this.commands.ping();
  }

  close(): Promise<void> {
    return this.commands.close();
  }
}
