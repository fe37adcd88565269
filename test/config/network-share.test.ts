import { loadConfig } from '../../src/config/config';

test.each([
  ['10000', 1_000],
  ['1001', 101],
  ['200', 100],
  ['0', 0],
])('a budget of %s leaves a network %d messages an hour, unless it is told otherwise', (budget, share) => {
  expect(loadConfig({ SMS_DAILY_BUDGET: budget }).limits.perNetworkHour).toBe(share);
  const told = { SMS_DAILY_BUDGET: budget, SMS_PER_NETWORK_HOUR: '7' };
  expect(loadConfig(told).limits.perNetworkHour).toBe(7);
  expect(loadConfig({ ...told, SMS_PER_NETWORK_HOUR: '0' }).limits.perNetworkHour).toBe(0);
});
