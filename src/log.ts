import { type DestinationStream, type Logger, pino } from 'pino';
import { LogOutput } from './log-output';
import { printableJson, printableLines } from './printable';

export type { Logger };

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** LOG_EVENTS: all event lines, those about messages, or those about messages that failed. */
export type LoggedEvents = 'all' | 'sends' | 'none';

/**
 * Structured logs, a line of JSON an event. Never handed to it: codes, captcha texts, whole mobiles, credentials, and errors of other
 * people's libraries, which carry arguments. The console sender alone writes a code, because that is what it is for.
 *
 * @param forPeople coloured lines to read at a terminal instead, where pino-pretty is installed.
 */
export function createLog(level: LogLevel, forPeople = false): Logger {
  const stream = forPeople ? prettyStream() : undefined;
  // Some fields hold what others wrote: a line that an operator left in Redis, the error of a server. What is made of lines for people has
  // no escapes of these characters.
  const hooks = { streamWrite: stream ? printableLines : printableJson };
  const options = { level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime, hooks };
  return pino(options, stream ?? stdout());
}

let output: LogOutput | undefined;

/** One for the process, however many logs it makes. */
function stdout(): LogOutput {
  output ??= new LogOutput(process.stdout.fd);
  return output;
}

/** Undefined without development dependencies: in the image, and where the package is installed. */
function prettyStream(): DestinationStream | undefined {
  let pretty: typeof import('pino-pretty');
  try {
    pretty = require('pino-pretty') as typeof pretty;
  } catch {
    return undefined;
  }
  return pretty({
    // So that the last lines before an exit are written.
    sync: true,
    singleLine: true,
    translateTime: 'SYS:HH:MM:ss',
    // The code of the console sender is what a developer looks for.
    messageFormat: ({ msg }, _key, _label, { colors }) =>
      String(msg).replace(/(?<=verification code )\d+/, (code) =>
        colors.bold(colors.bgYellow(colors.black(` ${code} `))),
      ),
  });
}

/** How many digits of a number are masked. */
const HIDDEN_DIGITS = 4;

/** 138****8000: enough to recognise a number one knows, not enough to learn one. Of a shorter one, fewer digits are told. */
export function maskedMobile(mobile: string): string {
  const digits = mobile.replace('+', '');
  const told = Math.max(0, digits.length - HIDDEN_DIGITS);
  const first = Math.min(3, told);
  const last = Math.min(4, told - first);
  return `${mobile.startsWith('+') ? '+' : ''}${digits.slice(0, first)}****${digits.slice(digits.length - last)}`;
}
