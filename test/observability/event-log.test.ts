import { pino } from 'pino';
import { EventLog } from '../../src/observability/event-log';

describe('Event lines of receipts', () => {
  test.each([
    ['all', ['receipt', 'resolved']],
    ['sends', ['receipt', 'resolved']],
    ['none', []],
  ] as const)('LOG_EVENTS=%s', (events, expected) => {
    const lines: { event: string }[] = [];
    const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
    const { observe } = new EventLog(log, { events, secret: 's' });
    const fields = { smsId: 'a', provider: 'aliyun' };
    observe({ type: 'delivery-reported', ...fields, outcome: 'delivered', carrierCode: 'DELIVRD', seconds: 4 });
    observe({ type: 'unconfirmed-resolved', ...fields, outcome: 'delivered' });
    observe({ type: 'receipt-ignored', provider: 'aliyun', reason: 'foreign' });
    expect(lines.map(({ event }) => event)).toEqual(expected);
  });
});
