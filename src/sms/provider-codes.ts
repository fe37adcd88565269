import type { SmsOutcomeClass } from './sender';

/**
 * A provider's status codes by class. An entry is a whole code, or `Family.*` for a code and everything under it. Success is the
 * adapter's business; a code that stands nowhere is `unknown`, because nobody can say whether the message went out.
 */
export type ProviderCodes = Readonly<Record<'refused' | 'throttled' | 'misconfigured', readonly string[]>> & {
  /** Those of `misconfigured`, whole codes, that only some messages meet: by their number or its country, or by the template of their purpose. */
  readonly ofSome?: readonly string[];
};

/** The class of a code that is not the provider's success code. */
export function classifyCode(codes: ProviderCodes, code: string): SmsOutcomeClass {
  for (const outcomeClass of ['refused', 'throttled', 'misconfigured'] as const) {
    if (codes[outcomeClass].some((entry) => matches(entry, code))) return outcomeClass;
  }
  return 'unknown';
}

function matches(entry: string, code: string): boolean {
  if (!entry.endsWith('.*')) return entry === code;
  const family = entry.slice(0, -2);
  return code === family || code.startsWith(`${family}.`);
}
