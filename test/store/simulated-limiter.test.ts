import fc from 'fast-check';
import { Limiter } from '../../bench/abuse/limiter';
import { allowanceRule } from '../../src/limits/allowances';
import { LimitRules } from '../../src/limits/rules';
import { MemoryStore } from '../../src/store/memory/memory-store';
import { codeCheck, HOUR, inboundArrival, inboundStart, MINUTE, reserveSolved, SECOND } from './requests';

const DAY = 24 * HOUR;

interface Step {
  client: number;
  mobile: number;
  /** Of the trusted device that is shown; 0 for none. */
  device: number;
  /** By typing the code, if one was sent; or by sending a text, which is offered to who is refused. */
  confirms: 'by code' | 'by text' | undefined;
  /** Until the next message, ms. */
  pauseMs: number;
}

const step: fc.Arbitrary<Step> = fc.record({
  client: fc.nat(5),
  mobile: fc.nat(30),
  device: fc.constantFrom(0, 0, 0, 1, 2),
  confirms: fc.constantFrom('by code', 'by text', ...Array<undefined>(6).fill(undefined)),
  pauseMs: fc.constantFrom(
    ...Array<number>(20).fill(SECOND),
    61 * SECOND,
    61 * SECOND,
    20 * MINUTE,
    HOUR,
    DAY,
    4 * DAY,
    31 * DAY,
  ),
});

/** The limits of a send with the settings' defaults. */
function rulesOf(budget: number): LimitRules {
  const off = { maxAttempts: 0, maxFailures: 0, verificationsPerClientHour: 0 };
  const noCaptchas = { captchasPerClientMinute: 0, captchasPerNetworkMinute: 0 };
  const ofMobile = { cooldownMs: MINUTE, perMobileHour: 5, perMobileDay: 10 };
  const settings = { ...off, ...noCaptchas, ...ofMobile, perClientHour: 20, perNetworkHour: 0, dailyBudget: budget };
  return new LimitRules({ ...settings, abusePolicy: 'enforce' }, 300 * SECOND);
}

/** Eight letters of which no two steps have the same. */
const textOf = (i: number): string => `AC${String(i).padStart(6, '0')}`;

describe('The limiter of the simulation', () => {
  test('given any messages, confirmations and pauses, then it decides as the store does', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 30, maxLength: 120, size: 'max' }),
        fc.constantFrom(10_000, 100),
        async (steps, budget) => {
          let now = Date.UTC(2026, 0, 1);
          const rules = rulesOf(budget);
          const store = new MemoryStore(() => now);
          const limiter = new Limiter({ rule: allowanceRule(budget, 20), budget });
          for (const [i, { client, mobile: number, device, confirms, pauseMs }] of steps.entries()) {
            const mobile = String(13_800_000_000 + number);
            const origin = { client: `c${client}`, network: `n${client >> 1}`, parent: `p${client >> 2}` };
            const shown = device > 0 ? `d${device}` : undefined;
            const asker = { id: origin.client, network: origin.network, parent: origin.parent };
            const reserved = await reserveSolved(store, `u${i}`, {
              ...{ mobile, limits: rules.send(mobile, asker), lockout: rules.lockout, ttlMs: 10 * MINUTE },
              allowance: rules.allowance(asker, mobile, shown),
            });
            const expected = reserved.status === 'ok';
            if (limiter.send(now, mobile, origin, shown) !== expected)
              throw new Error(`step ${i}: ${reserved.status} in the store`);
            const kind = reserved.status === 'ok' ? String(reserved.charge) : reserved.status;
            seen.set(kind, (seen.get(kind) ?? 0) + 1);
            if (confirms === 'by text') {
              const text = textOf(i);
              const asked = { client: asker.id, network: asker.network, parent: asker.parent };
              await store.startInbound(inboundStart({ uuid: `t${i}`, mobile, code: text, asker: asked }));
              now += 10 * SECOND;
              const arrived = await store.confirmInbound(inboundArrival({ mobile, code: text, person: mobile }));
              expect(arrived.status).toBe('ok');
              limiter.confirm(now, mobile, origin);
              seen.set('by text', (seen.get('by text') ?? 0) + 1);
            } else if (expected && confirms) {
              now += 10 * SECOND;
              await store.checkCode(codeCheck({ uuid: `u${i}`, mobile, person: mobile, lockout: rules.lockout }));
              limiter.confirm(now, mobile, origin);
            }
            now += pauseMs;
          }
        },
      ),
      { numRuns: 300, endOnFailure: true },
    );
    for (const kind of ['own', 'unknown', 'person', 'device', 'not-allowed', 'refused', 'by text'])
      expect([...seen.keys()]).toContain(kind);
  }, 60_000);
});
