import { ConfigError, loadConfig } from '../../src/config/config';

/** The problems of a start with these settings, one line each. */
export function problems(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  try {
    loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
