import { loadConfig } from '../../src/config/config';
import { problems } from '../harness/setting-problems';

const RECEIPTS_SECRET = 'b1946ac92492d2347c6235b4d2611184';

describe('Settings of messages that people send', () => {
  test('without a number there is none of it', () => {
    expect(loadConfig({ RECEIPTS_SECRET }).inbound).toBeUndefined();
  });

  test('mainland networks alone are trusted, and it is offered where no code came, unless the operator says more', () => {
    const { inbound } = loadConfig({ RECEIPTS_SECRET, INBOUND_NUMBERS: '106901' });
    expect(inbound).toMatchObject({ always: false, countries: ['CN'] });
    const more = { INBOUND_NUMBERS: '106901', INBOUND_ALWAYS: 'true', INBOUND_COUNTRIES: 'CN,HK' };
    expect(loadConfig({ RECEIPTS_SECRET, ...more }).inbound).toMatchObject({ always: true, countries: ['CN', 'HK'] });
  });

  test.each<[string, Record<string, string>, string]>([
    [
      'a number without the path that messages come by',
      { INBOUND_NUMBERS: '106901' },
      'INBOUND_NUMBERS needs RECEIPTS_SECRET',
    ],
    ['no number', { RECEIPTS_SECRET, INBOUND_ALWAYS: 'true' }, 'INBOUND_ALWAYS needs INBOUND_NUMBERS'],
    ['a number that is none', { RECEIPTS_SECRET, INBOUND_NUMBERS: 'me' }, 'INBOUND_NUMBERS must hold numbers'],
    [
      'a country that is none',
      { RECEIPTS_SECRET, INBOUND_COUNTRIES: 'China' },
      'INBOUND_COUNTRIES must hold countries',
    ],
  ])('%s ends the start', (_, environment, complaint) => {
    expect(problems(environment)).toEqual([expect.stringContaining(complaint)]);
  });
});
