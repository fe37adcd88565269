import { ORIGINAL_DIALECTS } from '../../src/config/original-dialects';
import { dialectOf } from '../../src/http/original-dialects';
import { Reason } from '../../src/verification/reasons';

const CAPTCHA: readonly Reason[] = [Reason.CAPTCHA_EXPIRED, Reason.CAPTCHA_MISMATCH];

/** Beside which field a page of these copies shows the text: many show 4001 and 4002, and nothing else. */
function numberOf(reason: Reason): number {
  if (reason === Reason.OK) return 0;
  if (reason === Reason.MISSING_PARAMETER) return 4003;
  return CAPTCHA.includes(reason) ? 4001 : 4002;
}

describe.each(Object.values(Reason))('%s, as a front end of the original wants to be told', (reason) => {
  const ok = reason === Reason.OK;
  const told = (dialect: Parameters<typeof dialectOf>[0]) => dialectOf(dialect).answer(reason, 'a text');

  test.each(['1', 'table', 'table-4'] as const)('in %s: 200 or 400, as the table says', (dialect) => {
    expect(told(dialect)).toEqual({ status: 200, body: { code: ok ? 200 : 400, errmsg: 'a text' } });
  });

  test.each(['listing', 'listing-4'] as const)('in %s: 0 or 400, as the listing says', (dialect) => {
    expect(told(dialect)).toEqual({ status: 200, body: { code: ok ? 0 : 400, errmsg: 'a text' } });
  });

  test.each(['numbers', 'numbers-4'] as const)('in %s: a number for the field that it concerns', (dialect) => {
    expect(told(dialect)).toEqual({ status: 200, body: { code: numberOf(reason), errmsg: 'a text' } });
  });

  test.each(['strings', 'strings-4'] as const)('in %s: the same number as a text', (dialect) => {
    expect(told(dialect)).toEqual({ status: 200, body: { code: String(numberOf(reason)), errmsg: 'a text' } });
  });

  test.each(['status', 'status-4'] as const)('in %s: by the status of HTTP', (dialect) => {
    expect(told(dialect)).toEqual(
      ok ? { status: 200, body: { message: 'OK' } } : { status: 400, body: { message: 'a text' } },
    );
  });
});

test.each(ORIGINAL_DIALECTS)(
  '%s: a captcha has four letters where its name says so, and else as many as any',
  (dialect) => {
    expect(dialectOf(dialect).captchaLength).toBe(dialect.endsWith('-4') ? 4 : 5);
  },
);
