import { pino } from 'pino';
import { LimitRules } from '../../src/limits/rules';
import { MAINLAND_NUMBERING } from '../../src/sms/numbering';
import { MemoryStore } from '../../src/store/memory/memory-store';
import { StoreUnavailableError } from '../../src/store/store';
import type { DomainEvent } from '../../src/verification/events';
import { InboundService } from '../../src/verification/inbound-service';
import { Reason } from '../../src/verification/reasons';
import type { LogLine } from '../harness/server-process';
import { DEFAULT_LIMITS } from '../limits/default-limits';

const MOBILE = '13800138000';
const REQUEST = { mobile: MOBILE, imageCode: 'HAPPY', uuid: 'a-request', purpose: 'REGISTER' } as const;
const CALLER = { client: { id: 'c', network: 'n', parent: 'p' }, language: 'zh' } as const;

describe('A verification by message whose store is gone', () => {
  let lines: LogLine[];
  let events: DomainEvent[];
  let service: InboundService;

  beforeEach(() => {
    lines = [];
    events = [];
    const gone = () => Promise.reject(new StoreUnavailableError('gone'));
    service = new InboundService(
      { numbers: new Map([['', '1069012345678']]), always: true, countries: ['CN'] },
      {
        store: Object.assign(new MemoryStore(), { startInbound: gone, inboundStatus: gone }),
        rules: new LimitRules(DEFAULT_LIMITS, 300_000),
        numbering: MAINLAND_NUMBERING,
        log: pino({ level: 'trace' }, { write: (line: string) => lines.push(JSON.parse(line)) }),
        observe: (event) => events.push(event),
        personOf: (mobile) => `person-of-${mobile.length}`,
        parsers: {},
      },
    );
  });

  test.each([
    ['startInboundVerification', () => service.start(REQUEST, CALLER)],
    ['inboundStatus', () => service.status(REQUEST)],
  ])(
    'given %s, then it is an error in the log that masks the mobile, and is told as a failure of the store',
    async (operation, call) => {
      expect(await call()).toEqual({ reason: Reason.SERVICE_UNAVAILABLE });
      expect(lines).toMatchObject([{ level: 50, operation, error: 'gone', mobile: expect.stringContaining('*') }]);
      expect(JSON.stringify(lines)).not.toContain(MOBILE);
      const { imageCode, ...request } = REQUEST;
      expect(events).toEqual([{ type: 'store-failed', operation, request }]);
    },
  );

  test('given a send that has its answer, when it fails only then, then that is a warning and nothing is offered', async () => {
    expect(await service.offerAfter(Reason.SMS_REJECTED, REQUEST, CALLER)).toBeUndefined();
    expect(lines).toMatchObject([{ level: 40, error: 'gone' }]);
    expect(events).toEqual([]);
  });
});
