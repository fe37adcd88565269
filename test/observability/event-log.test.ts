import { pino } from 'pino';
import { EventLog } from '../../src/observability/event-log';
import type { DomainEvent } from '../../src/verification/events';
import { Reason } from '../../src/verification/reasons';

describe('Event lines of receipts, and of what a limit refused', () => {
  test.each([
    ['all', ['receipt', 'resolved', 'refused']],
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
    observe({ type: 'limit-hit', rule: 'verify-hour', retryAfter: 9 });
    expect(lines.map(({ event }) => event)).toEqual(expected);
    const told = { ...fields, outcome: 'delivered' };
    const [receipt, resolved] = lines;
    if (receipt) expect(receipt).toMatchObject({ ...told, level: 30, carrierCode: 'DELIVRD', seconds: 4 });
    if (resolved) expect(resolved).toMatchObject({ ...told, level: 30 });
  });
});

describe('What has a line already, or needs none', () => {
  function eventsOf(...events: DomainEvent[]): unknown[] {
    const lines: { event: string; rule?: string }[] = [];
    const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
    const { observe } = new EventLog(log, { events: 'all', secret: 's' });
    for (const event of events) observe(event);
    return lines.map(({ event, rule }) => (rule ? [event, rule] : event));
  }
  const request = { mobile: '13800138000', purpose: 'LOGIN', uuid: 'u' } as const;

  test('given a check that a limit refused, then the line is the one of the limit', () => {
    const found = eventsOf(
      { type: 'code-verified', reason: Reason.QUOTA_EXCEEDED, request, country: 'CN' },
      { type: 'limit-hit', rule: 'verify-hour', retryAfter: 9, request },
    );
    expect(found).toEqual([['refused', 'verify-hour']]);
  });

  test('given a uuid that reads like a mobile, then what stands for the request is not what stands for that mobile', () => {
    const lines: { request?: string; mobileId?: string }[] = [];
    const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
    const { observe } = new EventLog(log, { events: 'all', secret: 's' });
    const reason = Reason.CAPTCHA_MISMATCH;
    observe({ type: 'captcha-answered', reason, request: { ...request, uuid: request.mobile } });
    expect(lines).toEqual([expect.objectContaining({ request: expect.stringMatching(/^[0-9a-f]{20}$/) })]);
    expect(lines[0]?.request).not.toBe(lines[0]?.mobileId);
  });

  test('given a store that fails, then the line says so, and whose request it was', () => {
    const lines: object[] = [];
    const log = pino({}, { write: (line: string) => lines.push(JSON.parse(line)) });
    const { observe } = new EventLog(log, { events: 'all', secret: 's' });
    observe({ type: 'store-failed', operation: 'sendSmsCode', request });
    expect(lines).toMatchObject([
      {
        ...{ level: 30, event: 'refused', operation: 'sendSmsCode', reason: 'SERVICE_UNAVAILABLE', purpose: 'LOGIN' },
        ...{ mobileId: expect.stringMatching(/^[0-9a-f]{20}$/), request: expect.stringMatching(/^[0-9a-f]{20}$/) },
      },
    ]);
  });

  test('given messages from mobiles, then only those that somebody waits for have a line, and each of them one', () => {
    const found = eventsOf(
      { type: 'inbound', result: 'started', request },
      { type: 'inbound', result: 'unmatched' },
      { type: 'inbound', result: 'confirmed', request },
      { type: 'inbound', result: 'duplicate', request },
    );
    expect(found).toEqual(['inbound-started', 'inbound-confirmed']);
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
