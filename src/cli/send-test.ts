import { randomBytes, randomInt } from 'node:crypto';
import { ConfigError, loadConfig } from '../config/config';
import { createSender } from '../sms/create-sender';
import type { SmsAttempt } from '../sms/failover-sender';
import { outcomeWords } from '../sms/outcome-words';

const USAGE =
  'Usage: send-test MOBILE [--json]   sends one message with a random code through the configured providers';
const MOBILE = /^1[3-9]\d{9}$/;
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Sends one message through the settings as they are, past all limits, and says in words what each provider answered and what to
 * mend. The code is stored nowhere and confirms nothing.
 * @returns the exit code: 0 accepted, 1 not, 2 for a wrong call.
 */
async function sendTest(args: readonly string[]): Promise<number> {
  const [mobile = '', ...more] = args.filter((argument) => argument !== '--json');
  const json = args.includes('--json');
  if (!MOBILE.test(mobile) || more.length > 0) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  const { sms, smsCode } = loadConfig();
  const attempts: SmsAttempt[] = [];
  const sender = await createSender(sms, { log: SILENT, onAttempt: (attempt) => attempts.push(attempt) });
  const code = randomInt(1_000_000).toString().padStart(6, '0');
  const outcome = await sender.send({
    id: randomBytes(16).toString('hex'),
    mobile,
    code,
    minutes: Math.max(1, Math.floor(smsCode.codeTtlMs / 60_000)),
    purpose: 'GENERIC',
    language: 'zh',
  });
  const accepted = outcome.class === 'accepted';
  const told = attempts.length > 0 ? attempts.map((attempt) => attempt.outcome) : [outcome];
  if (json) process.stdout.write(`${JSON.stringify({ accepted, code, attempts: told })}\n`);
  else {
    for (const each of told) process.stdout.write(`${outcomeWords(each)}\n`);
    if (accepted && outcome.provider !== 'console') process.stdout.write(`The message must say ${code}.\n`);
  }
  return accepted ? 0 : 1;
}

sendTest(process.argv.slice(2)).then(
  (exitCode) => process.exit(exitCode),
  (error: Error) => {
    const lines = error instanceof ConfigError ? ['Bad settings:', ...error.problems] : [error.message];
    process.stderr.write(`${lines.join('\n  ')}\n`);
    process.exit(1);
  },
);
