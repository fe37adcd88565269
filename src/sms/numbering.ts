import { isMainland } from './e164';

/**
 * Which numbers are taken, and how they are called inside: a mainland number by its eleven digits, any other by E.164 with its plus. The
 * plus is what keeps them apart: without it, +1 310 555 1234 would read as the mainland number 13105551234.
 */
export interface Numbering {
  /** ISO 3166-1 alpha-2. */
  readonly countries: readonly string[];
  /** Of each country, in the same order: `86` of CN. */
  readonly callingCodes: readonly string[];
  /** The number, or undefined where the text is no mobile number of a country that is taken. */
  parse(text: string): string | undefined;
  /** Which country a number belongs to that `parse` gave. */
  countryOf(mobile: string): string;
}

/** Eleven digits, and nothing else. */
export const MAINLAND_NUMBERING: Numbering = {
  countries: ['CN'],
  callingCodes: ['86'],
  parse: (text) => (isMainland(text) ? text : undefined),
  countryOf: () => 'CN',
};

/**
 * @param countries ISO 3166-1 alpha-2, none twice.
 * @throws Error that names a country which has no numbers.
 */
export function createNumbering(countries: readonly string[]): Numbering {
  if (countries.length === 1 && countries[0] === 'CN') return MAINLAND_NUMBERING;
  // Loaded only when used: the numbering plans of the world take memory, and time at the start.
  const { createWorldNumbering }: typeof import('./world-numbering') = require('./world-numbering');
  return createWorldNumbering(countries);
}
