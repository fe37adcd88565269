import type { SlidingWindowLimit } from '../../src/limits/sliding-window-limit';
import type { StoreSubject } from './contract';
import {
  budget,
  captcha,
  cooldown,
  countries,
  countryBudget,
  expectWait,
  granted,
  HOUR,
  reservation,
  waitOf,
} from './requests';

const DAY = 24 * HOUR;

/** How messages are limited by country. */
export function describeCountries(subject: () => StoreSubject): void {
  describe('countries', () => {
    let sends = 0;

    async function reserve(...limits: SlidingWindowLimit[]) {
      sends += 1;
      const uuid = `country-${sends}`;
      await subject().store.issueCaptcha(captcha({ uuid }));
      const made = reservation({ captcha: { uuid, answer: 'ABCDE' }, mobile: `+852${90_000_000 + sends}`, limits });
      return { ...(await subject().store.reserveSend(made)), made, uuid };
    }
    const to = (country: number) => reserve(countries(3, country));
    async function refund(reserved: Awaited<ReturnType<typeof reserve>>) {
      const { made, uuid } = reserved;
      const { mobile, code, limits } = made;
      await subject().store.refundSend({ mobile, uuid, code, limits, countedAt: granted(reserved).countedAt });
    }

    test('given three countries a day, when one client asks for a fourth, then it waits until the first is a day old', async () => {
      for (const country of [192, 500, 7]) {
        expect(granted(await to(country)).counts).toHaveLength(1);
        await subject().advance(HOUR);
      }
      const refused = await to(300);
      expect(refused).toMatchObject({ status: 'refused', limit: 0 });
      expectWait(waitOf(refused), DAY - 3 * HOUR);
      // Those three go on.
      for (const country of [7, 500, 192, 192]) expect(granted(await to(country)).counts).toEqual([3]);
      // The first was asked for again: now the second is the oldest, if only by a moment.
      expectWait(waitOf(await to(300)), DAY);
      await subject().advance(DAY - HOUR);
      expect((await to(300)).status).toBe('refused');
      await subject().advance(HOUR);
      expect(granted(await to(300)).counts).toEqual([1]);
    });

    test('given a country of one message, when that is refunded, then the country is free again', async () => {
      await to(1);
      await to(2);
      const third = await to(3);
      expect((await to(4)).status).toBe('refused');
      await refund(third);
      expect((await to(4)).status).toBe('ok');
      expect((await to(3)).status).toBe('refused');
    });

    test('given a country of two messages, when one is refunded, then the country stays', async () => {
      await to(1);
      await to(2);
      const third = await to(3);
      await to(3);
      await refund(third);
      expect((await to(4)).status).toBe('refused');
      expect((await to(3)).status).toBe('ok');
    });

    test('given a full country, when it refuses, then nothing else is counted', async () => {
      for (const country of [1, 2, 3]) await to(country);
      expect((await reserve(cooldown('+85299999999'), countries(3, 4))).status).toBe('refused');
      expect(granted(await reserve(cooldown('+85299999999'), countries(3, 3))).counts).toEqual([1, 3]);
    });

    test('given 20 sends to 20 countries at once, then three countries get theirs', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => to(i + 1)));
      // A cluster that counts slot by slot may refuse one early, never late.
      expect(answers.filter(({ status }) => status === 'ok')).toHaveLength(3);
    });

    test('given the budget of a country, when 50 sends race for it, then no more go through, and other countries go on', async () => {
      const answers = await Promise.all(Array.from({ length: 50 }, () => reserve(budget(1000), countryBudget(7))));
      expect(answers.filter(({ status }) => status === 'ok')).toHaveLength(7);
      for (const refused of answers.filter(({ status }) => status !== 'ok')) {
        expect(refused).toMatchObject({ status: 'refused', limit: 1 });
      }
      expect(granted(await reserve(budget(1000), countryBudget(7, 'SG'))).counts).toEqual([8, 1]);
    });

    test('given the budget of a country, when a message is refunded, then its place is free', async () => {
      const first = await reserve(countryBudget(1));
      const refused = await reserve(countryBudget(1));
      expectWait(waitOf(refused as { status: string; waitMs?: number }), DAY);
      await refund(first);
      expect((await reserve(countryBudget(1))).status).toBe('ok');
    });
  });
}
