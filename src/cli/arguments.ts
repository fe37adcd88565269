import type { Config } from '../config/config';
import { isPrintable } from '../printable';
import { createNumbering } from '../sms/numbering';
import { type Call, UsageError } from './command';

const SPAN = /^(\d{1,5})(m|h|d)$/;
const UNIT_MS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const LONGEST_MS = 366 * UNIT_MS.d;
const MAX_REASON_LENGTH = 200;

/** The one argument that must be there: a mobile of a country that the settings take. */
export function mobileOf({ positionals }: Call, { sms }: Config): string {
  const [text = '', ...more] = positionals;
  if (more.length > 0) throw new UsageError('One number at a time');
  if (text === '') throw new UsageError('MOBILE is missing: which number?');
  const mobile = createNumbering(sms.countries).parse(text);
  if (mobile === undefined)
    throw new UsageError(`The number must be a mobile of ${sms.countries.join(', ')} (SMS_COUNTRIES)`);
  return mobile;
}

/** What --for says, ms. */
export function spanArgument({ values }: Call, otherwise: string): number {
  const [, count, unit] = SPAN.exec(String(values.for ?? otherwise)) ?? [];
  const ms = Number(count) * UNIT_MS[unit as keyof typeof UNIT_MS];
  if (!(ms > 0 && ms <= LONGEST_MS)) throw new UsageError('--for must be a span such as 30m, 12h or 7d, 366d at most');
  return ms;
}

/** What --reason says: one line, which every terminal shows as it was written. */
export function reasonArgument({ values }: Call): string {
  const reason = String(values.reason ?? '').trim();
  if (reason === '' || reason.length > MAX_REASON_LENGTH || !isPrintable(reason)) {
    throw new UsageError(
      `--reason must say why, in one line of at most ${MAX_REASON_LENGTH} letters, without control or direction characters`,
    );
  }
  return reason;
}
