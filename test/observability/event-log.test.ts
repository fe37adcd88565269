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

test.each([
  ['accepted', 30],
  ['refused', 40],
  ['throttled', 40],
  ['unknown', 40],
  // Nobody gets a code until somebody mends it.
  ['misconfigured', 50],
] as const)(
  'given a message that was %s, then its line has level %d, and names the mobile by no more than its ends',
  (outcome, level) => {
    const lines: object[] = [];
    const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
    const { observe } = new EventLog(log, { events: 'all', secret: 's' });
    observe({
      type: 'message-sent',
      request: { mobile: '13800138000', purpose: 'REGISTER', uuid: 'u', smsId: 'a' },
      country: 'CN',
      outcome: { class: outcome, provider: 'aliyun', providerCode: 'X' },
    });
    expect(lines).toMatchObject([{ level, event: 'send', class: outcome, mobile: '138****8000' }]);
    expect(JSON.stringify(lines)).not.toContain('13800138000');
  },
);
