import type { AllowanceLimit, CodeChecked, PreviousCode, SendReserved } from '../store';
import type { Reply } from './redis-commands';

/** What a script answers that does not reserve. */
export function notReserved([status, , first, second]: Reply): Exclude<SendReserved, { status: 'ok' }> {
  switch (status) {
    case 'refused':
      return { status, limit: Number(first), waitMs: Number(second) };
    case 'not-allowed':
      return { status, limit: first as AllowanceLimit, waitMs: Number(second) };
    case 'locked':
    case 'blocked':
      return { status, waitMs: Number(first) };
    case 'captcha-mismatch':
      return { status };
    default:
      return { status: 'captcha-expired' };
  }
}

/** What a script tells of the code that stood under `sms:{mobile}` before. */
export function previousCode([, , code, latest, expiresAt]: Reply): { previous?: PreviousCode } {
  if (code === '') return {};
  return { previous: { code: String(code), latest: String(latest), expiresAt: Number(expiresAt) } };
}

/** Whether a refund found that the code was tried, so that what was counted stays. */
export const wasTried = ([, , tried]: Reply): boolean => tried === 1;

/** What verify.lua answers. */
export function codeChecked([status, , first, second]: Reply): CodeChecked {
  if (status === 'expired') return { status };
  if (status === 'refused') return { status, waitMs: Number(first) };
  const smsId = first ? { smsId: String(first) } : {};
  const value = Number(second);
  if (status === 'mismatch') return { status, attemptsLeft: value < 0 ? undefined : value, ...smsId };
  if (status === 'locked') return { status, waitMs: value > 0 ? value : undefined, ...smsId };
  // Only where allowances are settled by the same script.
  return { status: 'ok', ...smsId, ...(second !== undefined && { newPerson: value === 1 }) };
}
