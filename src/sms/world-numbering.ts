import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/max';
import { LRUCache } from 'lru-cache';
import { isMainland } from './e164';
import type { Numbering } from './numbering';

const E164 = /^\+[1-9]\d{6,14}$/;
const MAINLAND_E164 = /^\+86(1\d{10})$/;

/** Kinds of numbers that get text messages; where a plan does not tell mobiles from fixed lines, such as North America's, both may be. */
const KINDS: readonly (string | undefined)[] = ['MOBILE', 'FIXED_LINE_OR_MOBILE'];

/**
 * Territories whose mobiles are also valid ones of the country with which they share a calling code, and are always taken for that country's:
 * the plans tell only their fixed lines apart.
 */
const COUNTED_AS: Readonly<Record<string, CountryCode>> = {
  AX: 'FI',
  BL: 'GP',
  CC: 'AU',
  CX: 'AU',
  EH: 'MA',
  MF: 'GP',
  SJ: 'NO',
  VA: 'IT',
};

/** Working a number out takes as long as the rest of a request, and one request asks for its number several times. */
const REMEMBERED = 10_000;

/**
 * Numbers of several countries, by the numbering plans that libphonenumber keeps: fixed lines, premium, shared-cost and other special
 * numbers and ranges that nobody was given are no mobile numbers. Those that are one must be written in E.164, with the plus; mainland
 * numbers may be, and keep their eleven digits.
 * @throws Error that names a country which has no numbers of its own.
 */
export function createWorldNumbering(countries: readonly string[]): Numbering {
  const codes = countries.map(countryCode);
  const known = new LRUCache<string, { country: CountryCode | 'none' }>({ max: REMEMBERED });

  const countryOf = (mobile: string): string => {
    if (isMainland(mobile)) return 'CN';
    const found = known.get(mobile) ?? { country: mobileCountry(mobile) ?? 'none' };
    // A copy: what was cut out of a query keeps all of its text alive.
    known.set(Buffer.from(mobile).toString(), found);
    return found.country;
  };
  return {
    countries,
    callingCodes: codes.map((country) => getCountryCallingCode(country)),
    countryOf,
    parse(text) {
      const mobile = MAINLAND_E164.exec(text)?.[1] ?? text;
      if (!isMainland(mobile) && (!E164.test(mobile) || mobile.startsWith('+86'))) return undefined;
      return countries.includes(countryOf(mobile)) ? mobile : undefined;
    },
  };
}

function countryCode(country: string): CountryCode {
  if (!isSupportedCountry(country)) throw new Error(`names ${country}, which is no country that has numbers`);
  const other = COUNTED_AS[country];
  if (other)
    throw new Error(`names ${country}, whose mobiles can't be told from those of ${other}: name ${other} for both`);
  return country;
}

/** The country of a number that can be sent a text message; several may share a calling code. */
function mobileCountry(number: string): CountryCode | undefined {
  const parsed = parsePhoneNumberFromString(number);
  return parsed?.isValid() && parsed.number === number && KINDS.includes(parsed.getType()) ? parsed.country : undefined;
}
