import { randomBytes, randomInt } from 'node:crypto';
import { ConfigError, loadConfig } from '../config/config';
import { createSender } from '../sms/create-sender';
import type { SmsAttempt } from '../sms/failover-sender';
import { createNumbering } from '../sms/numbering';
import { outcomeWords } from '../sms/outcome-words';
import type { SmsMessage } from '../sms/sender';
import { sendWithinBudget } from './send-within-budget';

const USAGE =
  'Usage: send-test MOBILE [--json]   sends one message with a random code through the configured providers\n' +
  '       MOBILE: eleven digits, or E.164 (+852...) of a country that SMS_COUNTRIES names';
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Sends one message through the settings as they are, past all limits but the budgets, and says in words what each provider answered and what to
 * mend. The code is stored nowhere and confirms nothing.
 * @returns the exit code: 0 accepted, 1 not, 2 for a wrong call.
 */
async function sendTest(args: readonly string[]): Promise<number> {
  const [written = '', ...more] = args.filter((argument) => argument !== '--json');
  const json = args.includes('--json');
  if (!/^\+?\d+$/.test(written) || more.length > 0) return wrongCall();
  const config = loadConfig();
  const { sms, smsCode } = config;
  const numbering = createNumbering(sms.countries);
  const mobile = numbering.parse(written);
  if (mobile === undefined) return wrongCall();
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
  if (json) process.stdout.write(`${JSON.stringify({ accepted, code, attempts: told })}\n`);
  else {
    for (const each of told) process.stdout.write(`${outcomeWords(each)}\n`);
    if (accepted && outcome.provider !== 'console') process.stdout.write(`The message must say ${code}.\n`);
  }
  return accepted ? 0 : 1;
}

function wrongCall(): number {
  process.stderr.write(`${USAGE}\n`);
  return 2;
}

sendTest(process.argv.slice(2)).then(
  (exitCode) => process.exit(exitCode),
  (error: Error) => {
    const lines = error instanceof ConfigError ? ['Bad settings:', ...error.problems] : [error.message];
    process.stderr.write(`${lines.join('\n  ')}\n`);
    process.exit(1);
  },
);
