import { execFileSync } from 'node:child_process';
import path from 'node:path';
import examples from 'libphonenumber-js/examples.mobile.json';
import { getCountries, getExampleNumber } from 'libphonenumber-js/max';
import { e164, isMainland } from '../../src/sms/e164';
import { createNumbering, MAINLAND_NUMBERING } from '../../src/sms/numbering';

describe('With SMS_COUNTRIES=CN', () => {
  const numbering = createNumbering(['CN']);

  test('a number is eleven digits, as ever', () => {
    expect(numbering).toBe(MAINLAND_NUMBERING);
    expect(numbering.parse('13800138000')).toBe('13800138000');
  });

  test.each([
    '+8613800138000',
    '8613800138000',
    '+85291234567',
    '12800138000',
    '1380013800',
    '13800138000\n',
    '１3800138000',
  ])('%j is none', (text) => {
    expect(numbering.parse(text)).toBeUndefined();
  });

  test('no part of the server loads the numbering plans of the world; with more countries it does', () => {
    const script = `
      const { createApp } = require('./src/app.ts');
      const { loadConfig } = require('./src/config/config.ts');
      const log = require('./src/log.ts').createLog('silent');
      const loaded = () => Object.keys(require.cache).some((file) => file.includes('/node_modules/libphonenumber-js/'));
      const start = (SMS_COUNTRIES) => createApp(loadConfig({ SMS_COUNTRIES }), log).then(loaded);
      start('CN').then(async (mainland) => {
        process.stdout.write(JSON.stringify([mainland, await start('CN,HK')]), () => process.exit(0));
      });`;
    const answer = execFileSync(process.execPath, ['--require', 'tsx/cjs', '--eval', script], {
      cwd: path.join(__dirname, '../..'),
      encoding: 'utf8',
    });
    expect(JSON.parse(answer)).toEqual([false, true]);
  }, 60_000);
});

describe('With SMS_COUNTRIES=CN,HK,SG,US,GB', () => {
  const numbering = createNumbering(['CN', 'HK', 'SG', 'US', 'GB']);

  test('each country has its calling code', () => {
    expect(numbering.callingCodes).toEqual(['86', '852', '65', '1', '44']);
  });

  test.each(['13800138000', '+8613800138000'])('a mainland number keeps its eleven digits: %s', (text) => {
    expect(numbering.parse(text)).toBe('13800138000');
    expect(numbering.countryOf('13800138000')).toBe('CN');
  });

  test.each([
    ['HK', '+85291234567'],
    ['SG', '+6581234567'],
    ['US', '+13105551234'],
    ['US', '+12125551234'],
    ['GB', '+447400123456'],
  ])('%s: the mobile %s is taken, in E.164', (country, text) => {
    expect(numbering.parse(text)).toBe(text);
    expect(numbering.countryOf(text)).toBe(country);
    expect(e164(text)).toBe(text);
    expect(isMainland(text)).toBe(false);
  });

  test.each([
    ['a fixed line in Hong Kong', '+85221234567'],
    ['a fixed line in Singapore', '+6561234567'],
    ['a fixed line in London', '+442071838750'],
    ['a premium number', '+19005551234'],
    ['a premium number in Singapore', '+6519001234567'],
    ['a shared-cost number in Britain', '+448431234567'],
    ['a toll-free number', '+18005551234'],
    ['a personal number', '+447012345678'],
    ['a range that nobody was given', '+447700900123'],
    ['an exchange that cannot be', '+13100551234'],
    ['Canada, which shares +1', '+16045551234'],
    ['Jamaica, which shares +1', '+18762123456'],
    ['Guernsey, which shares +44', '+447911123456'],
    ['a satellite telephone', '+881612345678'],
    ['a country that is not named', '+886912345678'],
    ['a mainland fixed line', '+861065529988'],
    ['a mainland number with a digit too many', '+86138001380001'],
    ['no plus', '85291234567'],
    ['an international prefix', '0085291234567'],
    ['blanks', '+852 9123 4567'],
    ['an extension', '+85291234567;ext=5'],
    ['a trunk zero', '+4407400123456'],
    ['full-width digits', '+８５２91234567'],
    ['a line break', '+85291234567\n'],
    ['far too many digits', `+852${'9'.repeat(200)}`],
    ['nothing', '+'],
  ])('%s is refused: %j', (_, text) => {
    expect(numbering.parse(text)).toBeUndefined();
  });

  test('no two numbers share a name', () => {
    const texts = ['13105551234', '+13105551234', '+8613105551234', '+85291234567', '+6581234567'];
    expect(texts.map((text) => numbering.parse(text))).toEqual([
      ...['13105551234', '+13105551234', '13105551234', '+85291234567', '+6581234567'],
    ]);
  });
});

test('Without CN, mainland numbers are refused like those of any country that is not named', () => {
  const numbering = createNumbering(['HK']);
  expect(['13800138000', '+8613800138000'].map((text) => numbering.parse(text))).toEqual([undefined, undefined]);
  expect(numbering.parse('+85291234567')).toBe('+85291234567');
});

test('A country without numbers is told', () => {
  expect(() => createNumbering(['CN', 'XX'])).toThrow('names XX, which is no country that has numbers');
});

describe('Of all the countries that share a calling code', () => {
  const taken = getCountries().filter((country) => {
    try {
      return createNumbering([country]).countries.length > 0;
    } catch {
      return false;
    }
  });

  test('those that have no mobiles of their own are refused, and told whose name stands for both', () => {
    expect(getCountries().filter((country) => !taken.includes(country))).toEqual([
      ...['AX', 'BL', 'CC', 'CX', 'EH', 'MF', 'SJ', 'VA'],
    ]);
    const told = "names MF, whose mobiles can't be told from those of GP: name GP for both";
    expect(() => createNumbering(['CN', 'GP', 'MF'])).toThrow(told);
    const guadeloupe = createNumbering(['GP']);
    expect(guadeloupe.countryOf(guadeloupe.parse('+590690001234') ?? '')).toBe('GP');
  });

  // The Isle of Man's example is of a range that it shares with Britain.
  test.each(taken.filter((country) => !['CN', 'IM'].includes(country)))('%s takes its own mobiles', (country) => {
    const example = getExampleNumber(country, examples)?.number;
    // Some have no mobiles at all.
    if (example) expect(createNumbering([country]).parse(example)).toBe(example);
  });

  test('IM takes those that are its alone', () => {
    expect(createNumbering(['IM']).parse('+447624301234')).toBe('+447624301234');
    expect(createNumbering(['GB']).parse('+447624301234')).toBeUndefined();
  });
});
