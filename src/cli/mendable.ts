import { ConfigError } from '../config/config';
import { StoreUnavailableError } from '../store/store';

/** What an operator can mend, in one line or one a problem, at a start as in every command; undefined where it is something else. */
export function mendable(error: unknown): string | undefined {
  if (error instanceof ConfigError) return ['Bad settings:', ...error.problems].join('\n  ');
  if (error instanceof StoreUnavailableError) return `Redis (REDIS_URL) can't be used: ${error.message}`;
  return undefined;
}
