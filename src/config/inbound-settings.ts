import { type InboundNumbers, type InboundSettings, inboundNumbers } from '../sms/inbound-numbers';
import { country } from './country-settings';
import { choice, list, parsed } from './setting-types';

export const INBOUND_SETTINGS = {
  INBOUND_NUMBERS: parsed<InboundNumbers>({
    about:
      'numbers to which people may send a text that proves a mobile theirs: one, or one for each carrier or country, such as `CMCC:106901,CUCC:106902,HK:+85212345678`; absent: none of it; docs/inbound.md',
    parse: inboundNumbers,
  }),
  INBOUND_ALWAYS: choice({
    about: '`true`: that can be asked for at once; else it is offered where no code came',
    of: ['true', 'false'] as const,
    default: 'false',
  }),
  INBOUND_COUNTRIES: list({
    about: 'countries whose networks are trusted with who sent a text, comma-separated; docs/security.md',
    default: 'CN',
    item: country,
  }),
};

type InboundValues = {
  [Name in keyof typeof INBOUND_SETTINGS]: ReturnType<(typeof INBOUND_SETTINGS)[Name]['parse']>;
} & {
  RECEIPTS_SECRET: readonly string[] | undefined;
};

/** undefined: nobody confirms a mobile by sending. What contradicts itself is added to `problems`. */
export function inboundSettings(values: InboundValues, problems: string[]): InboundSettings | undefined {
  const { INBOUND_NUMBERS: numbers, INBOUND_ALWAYS, INBOUND_COUNTRIES: countries } = values;
  const missing = !numbers && !problems.some((problem) => problem.startsWith('INBOUND_NUMBERS '));
  if (INBOUND_ALWAYS === 'true' && missing) problems.push('INBOUND_ALWAYS needs INBOUND_NUMBERS, which is missing');
  if (numbers && !values.RECEIPTS_SECRET && !problems.some((problem) => problem.startsWith('RECEIPTS_SECRET ')))
    problems.push(
      'INBOUND_NUMBERS needs RECEIPTS_SECRET, which is missing: providers pass messages on to a path with it',
    );
  return numbers && { numbers, always: INBOUND_ALWAYS === 'true', countries };
}
