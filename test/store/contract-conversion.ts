import type { ConversionRule } from '../../src/limits/conversion';
import type { Conversion } from '../../src/store/store';
import type { StoreSubject } from './contract';
import { expectWait, GUESSES, granted, HOUR, hourly, MINUTE, MOBILE, reservation, SECOND, waitOf } from './requests';

const RIGHT = '135790';
const ENFORCED: ConversionRule = { mode: 'enforce', floor: 4, percent: 50, lengthMs: HOUR, graceMs: 5 * MINUTE };

/** `network` of its own: judged by the prefix alone. */
const judged = (rule: ConversionRule = ENFORCED, network = 'n1', prefix = '1380013'): Conversion => ({
  rule,
  keys: [`{prefix:${prefix}}:conversion`, `{network:${network}}:conversion`],
});

export function describeConversion(subject: () => StoreSubject): void {
  describe('conversion', () => {
    const send = (conversion: Conversion, changes: Parameters<typeof reservation>[0] = {}) =>
      subject().store.reserveSend(reservation({ conversion, ...changes }));
    const verify = (conversion: Conversion) => subject().store.verifyCode(MOBILE, RIGHT, GUESSES, conversion);
    const sendMany = async (count: number, conversion: Conversion) => {
      for (let i = 0; i < count; i++) granted(await send(conversion));
    };

    test('given messages that nobody verifies, when they are older than the grace, then a further one is refused', async () => {
      await sendMany(4, judged());
      expect((await send(judged())).status).toBe('ok');
      await subject().advance(5 * MINUTE);
      const refused = await send(judged());
      expect(refused.status).toBe('poor');

      await subject().advance(waitOf(refused) - SECOND);
      expect((await send(judged())).status).toBe('poor');
      await subject().advance(SECOND);
      expect((await send(judged())).status).toBe('ok');
    });

    test('given fewer than the floor, when none is verified, then nothing is concluded', async () => {
      await sendMany(3, judged());
      await subject().advance(10 * MINUTE);
      expect((await send(judged())).status).toBe('ok');
    });

    test('given half of them verified, when 50 % are asked for, then messages go on', async () => {
      for (let i = 0; i < 4; i++) {
        await sendMany(2, judged());
        expect(await verify(judged())).toEqual({ status: 'ok' });
      }
      await subject().advance(10 * MINUTE);
      expect((await send(judged())).status).toBe('ok');
    });

    test('given a refusal, when a code is verified late, then messages go on at once', async () => {
      const rule = { ...ENFORCED, percent: 40 };
      await sendMany(2, judged(rule));
      await verify(judged(rule));
      await sendMany(2, judged(rule));
      await subject().advance(299 * SECOND);
      await sendMany(1, judged(rule));
      await subject().advance(2 * SECOND);
      // One of the four that are judged; then two of five.
      expect((await send(judged(rule))).status).toBe('poor');
      expect(await verify(judged(rule))).toEqual({ status: 'ok' });
      expect((await send(judged(rule))).status).toBe('ok');
    });

    test('given one poor network, when another asks for another prefix, then it is not held against it', async () => {
      await sendMany(4, judged(ENFORCED, 'n1', '1380013'));
      await subject().advance(6 * MINUTE);
      expect((await send(judged(ENFORCED, 'n1', '1390013'))).status).toBe('poor');
      expect((await send(judged(ENFORCED, 'n2', '1380013'))).status).toBe('poor');
      expect((await send(judged(ENFORCED, 'n2', '1390013'))).status).toBe('ok');
    });

    test('given a refusal, when it is told, then nothing was counted or written', async () => {
      await sendMany(4, judged());
      await subject().advance(6 * MINUTE);
      expect((await send(judged(), { windows: [hourly(1)], code: '222222' })).status).toBe('poor');
      expect(granted(await send(judged({ ...ENFORCED, mode: 'off' }), { windows: [hourly(1)] })).counts).toEqual([1]);
    });

    test('given a window that makes one wait longer, when both refuse, then the longer wait is told', async () => {
      await sendMany(3, judged());
      const daily = { key: `{sms:${MOBILE}}:day`, cap: 1, lengthMs: 24 * HOUR };
      granted(await send(judged(), { windows: [daily] }));
      await subject().advance(6 * MINUTE);
      const refused = await send(judged(), { windows: [daily] });
      expect(refused.status).toBe('refused');
      expectWait(waitOf(refused), 24 * HOUR - 6 * MINUTE);
    });

    test('given the rule only watches, when the conversion is poor, then messages go on and the caller is told', async () => {
      const watched = judged({ ...ENFORCED, mode: 'watch' });
      await sendMany(4, watched);
      await subject().advance(6 * MINUTE);
      expect(await send(watched)).toMatchObject({ status: 'ok', poor: true });
    });

    test('given the rule is off, when nobody verifies, then nothing is counted', async () => {
      await sendMany(9, judged({ ...ENFORCED, mode: 'off' }));
      await subject().advance(6 * MINUTE);
      expect(await send(judged())).toMatchObject({ status: 'ok' });
    });

    test('given messages that were definitely not sent, when they are released, then they are not held against anyone', async () => {
      for (let i = 0; i < 6; i++) {
        const { countedAt } = granted(await send(judged(), { windows: [hourly(9)] }));
        const release = { mobile: MOBILE, code: RIGHT, windows: [hourly(9)], conversion: judged(), countedAt };
        await subject().store.releaseSend(release);
      }
      await subject().advance(6 * MINUTE);
      expect((await send(judged())).status).toBe('ok');
    });
  });
}
