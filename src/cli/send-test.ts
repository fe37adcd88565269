import { randomBytes, randomInt } from 'node:crypto';
import { loadConfig } from '../config/config';
import { createSender } from '../sms/create-sender';
import type { SmsAttempt } from '../sms/failover-sender';
import { createNumbering } from '../sms/numbering';
import { outcomeWords } from '../sms/outcome-words';
import type { SmsMessage } from '../sms/sender';
import { mobileOf } from './arguments';
import type { Command } from './command';
import { sendWithinBudget } from './send-within-budget';

const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Sends one message through the settings as they are, past all limits but the budgets, and says in words what each provider answered and what to
 * mend. The code is stored nowhere and confirms nothing.
 */
export const sendTest: Command = {
  usage: 'MOBILE [--json]',
  async run(call) {
    const config = loadConfig();
    const mobile = mobileOf(call, config);
    const { sms, smsCode } = config;
    const numbering = createNumbering(sms.countries);
    const attempts: SmsAttempt[] = [];
    const sender = await createSender(sms, {
      log: SILENT,
      countryOf: numbering.countryOf,
      onAttempt: (attempt) => attempts.push(attempt),
    });
    const code = randomInt(1_000_000).toString().padStart(6, '0');
    const message: SmsMessage = {
      id: randomBytes(16).toString('hex'),
      mobile,
      code,
      minutes: Math.max(1, Math.floor(smsCode.codeTtlMs / 60_000)),
      purpose: 'GENERIC',
      language: 'zh',
    };
    const outcome = await sendWithinBudget(config, message, numbering.countryOf(mobile), sender);
    const accepted = outcome.class === 'accepted';
    const told = attempts.length > 0 ? attempts.map((attempt) => attempt.outcome) : [outcome];
    const lines = told.map(outcomeWords);
    const wentOut = accepted && outcome.provider !== 'console' && outcome.provider !== 'test-number';
    if (wentOut) lines.push(`The message must say ${code}.`);
    return { done: accepted, json: { accepted, code, attempts: told }, lines };
  },
};
