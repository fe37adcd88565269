import { createNumbering, MAINLAND_NUMBERING, type Numbering } from '../sms/numbering';
import { MAINLAND_PROVIDERS, PROVIDERS, type Provider } from '../sms/providers';
import { oneOf } from './setting-types';

/** Providers by country; `*` for all that are not named. */
export type Routes = ReadonlyMap<string, readonly Provider[]>;

/** SMS_COUNTRIES. */
export function country(value: string): string {
  if (!/^[A-Z]{2}$/.test(value)) throw new Error(`must hold countries such as CN, HK, not ${JSON.stringify(value)}`);
  return value;
}

/** SMS_PROVIDERS_BY_COUNTRY: `CN:aliyun,tencent;*:twilio`. */
export function routes(text: string): Routes {
  return new Map(
    entries(text, ';', 'CN:aliyun;*:twilio', (name, providers) => [
      name === '*' ? name : country(name),
      providers.split(',').map((provider) => oneOf(PROVIDERS, provider.trim())),
    ]),
  );
}

/** SMS_COUNTRY_BUDGETS: `HK:500,SG:200`. */
export function countryBudgets(text: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    entries(text, ',', 'HK:500,SG:200', (name, budget) => {
      if (!/^[1-9]\d{0,8}$/.test(budget))
        throw new Error(`must hold budgets of 1 or more, not ${JSON.stringify(budget)}`);
      return [country(name), Number(budget)];
    }),
  );
}

/** `name:value` pairs, none of a name that was there before. */
function entries<T>(
  text: string,
  separator: string,
  example: string,
  entry: (name: string, value: string) => [string, T],
) {
  const pairs = text.split(separator).filter((part) => part.trim() !== '');
  const found = pairs.map((pair) => {
    const [, name, value] = /^([^:]+):(.+)$/.exec(pair.trim()) ?? [];
    if (!name || !value) throw new Error(`must be written like ${example}, not ${JSON.stringify(pair)}`);
    return entry(name.trim(), value.trim());
  });
  if (found.length === 0) throw new Error(`must be written like ${example}`);
  const twice = found.find(([name], i) => found.findIndex(([other]) => other === name) < i);
  if (twice) throw new Error(`names ${twice[0]} twice`);
  return found;
}

/** The numbers that SMS_COUNTRIES takes. */
export function numberingOf(countries: readonly string[], problems: string[]): Numbering {
  if (countries.length === 0 && !problems.some((problem) => problem.startsWith('SMS_COUNTRIES '))) {
    problems.push('SMS_COUNTRIES names no country: the mainland is CN');
  }
  try {
    return countries.length > 0 ? createNumbering(countries) : MAINLAND_NUMBERING;
  } catch (error) {
    problems.push(`SMS_COUNTRIES ${(error as Error).message}`);
    return MAINLAND_NUMBERING;
  }
}

/** Who serves each country. A country that nobody serves, and a provider that can't reach one, are problems. */
export function providersOf(
  countries: readonly string[],
  named: readonly Provider[],
  byCountry: Routes | undefined,
  problems: string[],
): Readonly<Record<string, readonly Provider[]>> {
  const strange = [...(byCountry?.keys() ?? [])].filter((name) => name !== '*' && !countries.includes(name));
  for (const name of strange) problems.push(`SMS_PROVIDERS_BY_COUNTRY names ${name}, which SMS_COUNTRIES does not`);
  return Object.fromEntries(
    countries.map((name) => {
      const providers = byCountry ? (byCountry.get(name) ?? byCountry.get('*') ?? []) : named;
      if (byCountry && providers.length === 0) {
        problems.push(`SMS_PROVIDERS_BY_COUNTRY names no provider for ${name}, and has no *`);
      }
      for (const provider of name === 'CN' ? [] : providers.filter((one) => MAINLAND_PROVIDERS.includes(one))) {
        problems.push(
          `${provider} sends to mainland numbers only: name another provider for ${name} in SMS_PROVIDERS_BY_COUNTRY`,
        );
      }
      return [name, providers];
    }),
  );
}
