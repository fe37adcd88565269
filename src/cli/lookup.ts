import { loadConfig } from '../config/config';
import type { LockoutPolicy } from '../limits/rules';
import { isSparedToAllowed, type SlidingWindowLimit } from '../limits/sliding-window-limit';
import { createNumbering } from '../sms/numbering';
import type { MessageRecord } from '../store/message-record';
import type { LimitUse, MobileEvent, MobileStanding } from '../store/operator-store';
import { mobileOf } from './arguments';
import type { Command } from './command';
import { loggedId, withOperator } from './operator-session';
import { spanOf, table } from './table';

/** The client of the next request is not known here, so limits of clients and networks show only in the last refusal. */
const NO_CLIENT = { id: '', network: '', parent: '' };

interface Found {
  standing: MobileStanding;
  limits: readonly SlidingWindowLimit[];
  uses: readonly LimitUse[];
  lockout: LockoutPolicy;
  messages: ReadonlyMap<string, MessageRecord>;
}

/** Everything stored about a number, and what would happen to its next message. No code is shown. */
export const lookup: Command = {
  usage: 'MOBILE [--json]',
  async run(call) {
    const config = loadConfig();
    const mobile = mobileOf(call, config);
    return withOperator(config, async ({ store, operator, rules }) => {
      const country = createNumbering(config.sms.countries).countryOf(mobile);
      const limits = rules
        .send(mobile, NO_CLIENT, country)
        .filter(({ subject }) => subject.kind !== 'client' && subject.kind !== 'network');
      const [standing, uses] = await Promise.all([operator.lookUp(mobile), operator.uses(limits)]);
      const messages = new Map<string, MessageRecord>();
      for (const { event, smsId } of standing.events) {
        const record = event === 'send' && smsId ? await store.readMessage(smsId) : undefined;
        if (smsId && record) messages.set(smsId, record);
      }
      const { lockout } = rules;
      const found: Found = { standing, limits, uses, lockout, messages };
      const id = loggedId(config, mobile);
      const next = nextMessage(found);
      const events = standing.events.map(({ uuid: _, ...event }) => ({
        ...event,
        delivery: messages.get(event.smsId ?? '')?.delivery,
      }));
      return {
        done: true,
        json: {
          mobile,
          mobileId: id ?? null,
          next,
          list: standing.listing ?? null,
          wrongCodes: { inARow: standing.failures, leftMs: standing.failuresLeftMs },
          limits: limits.map(({ rule, cap }, i) => ({ rule, of: cap, ...uses[i] })),
          requests: standing.requests,
          events,
        },
        lines: [
          ...table([
            [mobile, id ? `mobileId ${id}` : 'mobileId not known: it is random without CLIENT_HASH_SECRET'],
            ['next message', next.refusedBy ? `refused: ${next.refusedBy}, free in ${spanOf(next.waitMs)}` : WOULD_GO],
            ['list', listWords(standing)],
            ['wrong codes', failureWords(found)],
          ]),
          '',
          ...limitLines(found),
          '',
          ...requestLines(standing, lockout.maxAttempts),
          '',
          ...eventLines(found),
        ],
      };
    });
  },
};

const WOULD_GO = 'would be sent, unless a limit of its client or network refuses';

/** What refuses the next message, checked in the same order as in the store. */
function nextMessage({ standing, limits, uses, lockout }: Found): { refusedBy: string | null; waitMs: number } {
  const { listing } = standing;
  if (listing?.list === 'blocked') return { refusedBy: 'blocked', waitMs: listing.leftMs };
  const lockedMs = lockedFor(standing, lockout);
  if (lockedMs !== undefined) return { refusedBy: 'failures', waitMs: lockedMs };
  const isSpared = ({ rule }: SlidingWindowLimit) => listing?.list === 'allowed' && isSparedToAllowed({ rule });
  let longest: { refusedBy: string | null; waitMs: number } = { refusedBy: null, waitMs: 0 };
  for (const [i, limit] of limits.entries()) {
    const { waitMs } = uses[i] ?? { waitMs: 0 };
    if (!isSpared(limit) && waitMs > longest.waitMs) longest = { refusedBy: limit.rule, waitMs };
  }
  return longest;
}

/** Failures that were counted under a higher limit are kept for longer than they lock. */
function lockedFor({ failures, failuresLeftMs }: MobileStanding, lockout: LockoutPolicy): number | undefined {
  const { maxFailures, lockoutMs } = lockout;
  return maxFailures > 0 && failures >= maxFailures ? Math.min(failuresLeftMs, lockoutMs) : undefined;
}

function listWords({ listing, now }: MobileStanding): string {
  if (!listing) return 'on none';
  const { list, since, leftMs, reason } = listing;
  return `${list} for ${spanOf(leftMs)} more, since ${spanOf(now - since)}: ${reason}`;
}

function failureWords({ standing, lockout }: Found): string {
  const { failures, failuresLeftMs } = standing;
  const { maxFailures } = lockout;
  if (failures === 0) return 'none';
  const lockedMs = lockedFor(standing, lockout);
  if (lockedMs !== undefined) return `${failures} in a row: LOCKED for ${spanOf(lockedMs)}`;
  return `${failures} in a row${maxFailures > 0 ? ` of ${maxFailures}` : ''}, forgotten in ${spanOf(failuresLeftMs)}`;
}

function limitLines({ limits, uses }: Found): string[] {
  const rows = limits.map(({ rule, cap }, i) => {
    const { used = 0, waitMs = 0, nextFreeMs = 0 } = uses[i] ?? {};
    const frees = waitMs > 0 ? `FULL, free in ${spanOf(waitMs)}` : `one more in ${spanOf(nextFreeMs)}`;
    return [rule, used, cap, used > 0 ? frees : ''];
  });
  return table([['limit', 'used', 'of', 'frees'], ...rows]);
}

function requestLines({ requests, now }: MobileStanding, maxAttempts: number): string[] {
  if (requests.length === 0) return ['No code of it is live.'];
  return table([
    ['live request', 'asked', 'good for', 'wrong codes', 'smsId'],
    ...requests.map(({ purpose, at, leftMs, wrong, isVoid, smsId }) => [
      purpose,
      `${spanOf(now - at)} ago`,
      isVoid ? 'void' : spanOf(leftMs),
      maxAttempts > 0 ? `${wrong} of ${maxAttempts}` : wrong,
      smsId,
    ]),
  ]);
}

function eventLines({ standing: { events, now }, messages }: Found): string[] {
  if (events.length === 0) {
    return ['Nothing happened in 24 hours: no message was asked for, or no captcha of it was answered rightly.'];
  }
  return table([
    ['last events', 'what', 'purpose', 'smsId'],
    ...events.map((event) => [
      `${spanOf(now - event.at)} ago`,
      eventWords(event, messages.get(event.smsId ?? '')),
      event.purpose ?? '',
      event.smsId ?? '',
    ]),
  ]);
}

const SENDS: Readonly<Record<string, string>> = {
  accepted: 'accepted',
  refused: 'REFUSED',
  throttled: 'THROTTLED',
  misconfigured: 'MISCONFIGURED',
  unknown: 'UNCONFIRMED',
};

function eventWords(event: MobileEvent, record: MessageRecord | undefined): string {
  switch (event.event) {
    case 'send': {
      const { outcome = '', provider = '', providerCode = '' } = event;
      const { delivery } = record ?? {};
      const receipt = delivery ? `; ${delivery.outcome} (${delivery.code})` : '';
      return `sent: ${SENDS[outcome] ?? outcome} by ${provider} (${providerCode})${receipt}`;
    }
    case 'refused':
      return `refused: ${event.rule}${event.retryAfter ? `, for ${spanOf(event.retryAfter * 1000)}` : ''}`;
    case 'code-right':
      return 'code right: confirmed';
    case 'operator':
      return `operator: ${event.change}${event.reason ? `, ${event.reason}` : ''}`;
  }
}
