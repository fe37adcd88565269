import { type Logger, pino } from 'pino';

export type { Logger };

export type LogLevel = 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent';

/** What LOG_EVENTS asks for: all event lines, those of messages alone, or of messages only those that did not go well. */
export type LoggedEvents = 'all' | 'sends' | 'none';

/**
 * Structured logs, a line of JSON an event. Never handed to it: codes, captcha texts, whole mobiles, credentials, and errors of other
 * people's libraries, which carry arguments. The console sender alone writes a code, because that is what it is for.
 */
export function createLog(level: LogLevel): Logger {
  return pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime });
}

/** 138****8000: enough to recognise a number one knows, not enough to learn one. */
export function maskedMobile(mobile: string): string {
  return `${mobile.slice(0, 3)}****${mobile.slice(-4)}`;
}
