import { loadConfig } from '../../src/config/config';

describe('The lifetime of a code', () => {
  test.each([1, 59])('given %d s, which messages round up to a minute, then the start warns of it', (seconds) => {
    expect(loadConfig({ SMS_CODE_TTL_SECONDS: String(seconds) }).warnings).toEqual([
      `SMS_CODE_TTL_SECONDS=${seconds} is less than messages can tell: they say that the code is good for 1 minute`,
    ]);
  });

  test.each([60, 90, 600])('given %d s, of which messages tell whole minutes, then there is no warning', (seconds) => {
    expect(loadConfig({ SMS_CODE_TTL_SECONDS: String(seconds) }).warnings).toEqual([]);
  });
});
