import type { Config } from '../config/config';
import { LimitRules } from '../limits/rules';
import type { SmsMessage, SmsOutcome, SmsSender } from '../sms/sender';
import { openStore } from '../store/open-store';
import { CommandError } from './command';

/** Lifetime of its code, ms, in case this process ends between two steps. */
const TRACE_MS = 10_000;
const NO_LOCKOUT = { maxAttempts: 0, maxFailures: 0, lockoutMs: 0, failureWindowMs: 0 };

/**
 * Sends a message that comes out of the budgets and is held up by nothing else but an operator's block. Its code is taken back before it
 * is sent, so that it confirms nothing. The in-process store has no budget that outlives this process: there it is only sent.
 * @throws CommandError that says why nothing was sent; StoreUnavailableError.
 */
export async function sendWithinBudget(
  config: Readonly<Config>,
  message: SmsMessage,
  country: string,
  sender: SmsSender,
): Promise<SmsOutcome> {
  if (config.store.kind === 'memory') return sender.send(message);
  const { id: uuid, mobile, code, purpose } = message;
  const limits = new LimitRules(config.limits, config.captcha.ttlMs, { budgets: config.sms.countryBudgets }).budgets(
    country,
  );
  const store = await openStore(config.store);
  try {
    const reserve = async (counted: typeof limits) => {
      // Messages are counted where a captcha is solved: this one knows its answer.
      await store.issueCaptcha({ uuid, text: uuid, ttlMs: TRACE_MS, limits: [] });
      return store.reserveSend({
        ...{ captcha: { uuid, answer: uuid }, mobile, purpose, smsId: uuid, code },
        ...{ ttlMs: TRACE_MS, limits: counted, lockout: NO_LOCKOUT, solved: [] },
      });
    };
    const reserved = await reserve(limits);
    if (reserved.status === 'refused') {
      const setting = limits[reserved.limit]?.rule === 'budget' ? 'SMS_DAILY_BUDGET' : 'SMS_COUNTRY_BUDGETS';
      const seconds = Math.ceil(reserved.waitMs / 1000);
      throw new CommandError(`${setting} is used up: nothing was sent. It has room again in ${seconds} s`);
    }
    if (reserved.status !== 'ok') throw new CommandError(`Nothing was sent: ${reserved.status}`);
    const { previous, countedAt } = reserved;
    await store.refundSend({ mobile, uuid, code, previous, limits: [], countedAt: [] });
    const outcome = await sender.send(message);
    if (outcome.class !== 'accepted' && outcome.class !== 'unknown') {
      // Counts are given back with a request that is there, and that nobody tried.
      const again = await reserve([]);
      if (again.status === 'ok')
        await store.refundSend({ mobile, uuid, code, previous: again.previous, limits, countedAt });
    }
    return outcome;
  } finally {
    await store.close();
  }
}
