import type { LimitSettings } from '../../src/limits/rules';

/** As a server has them that is told nothing else; test/config/config.test.ts holds what it has. */
export const DEFAULT_LIMITS: LimitSettings = {
  cooldownMs: 60_000,
  perMobileHour: 5,
  perMobileDay: 10,
  perClientHour: 20,
  perNetworkHour: 1_000,
  captchasPerClientMinute: 60,
  captchasPerNetworkMinute: 600,
  dailyBudget: 10_000,
  maxAttempts: 5,
  maxFailures: 100,
  verificationsPerClientHour: 120,
  abusePolicy: 'enforce',
};
