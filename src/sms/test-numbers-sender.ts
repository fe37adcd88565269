import type { SmsSender } from './sender';

/** A number that is never sent anything and whose code is known beforehand: for automated tests and for the review of apps. */
export interface TestNumber {
  /** Eleven digits. */
  mobile: string;
  /** The fixed code, six digits. */
  code: string;
}

/** Takes messages to the test numbers without sending them, and hands all others to `sender`. */
export function createTestNumbersSender(sender: SmsSender, testNumbers: readonly TestNumber[]): SmsSender {
  const mobiles = new Set(testNumbers.map(({ mobile }) => mobile));
  return {
    name: sender.name,
    async send(message) {
      if (!mobiles.has(message.mobile)) return sender.send(message);
      return { class: 'accepted', provider: 'test-number', providerCode: 'not-sent', messageId: message.id };
    },
  };
}

/** The code for a mobile: the fixed one of a test number, and for all others what `otherwise` makes. */
export function fixedCodes(testNumbers: readonly TestNumber[], otherwise: () => string): (mobile: string) => string {
  const codes = new Map(testNumbers.map(({ mobile, code }) => [mobile, code]));
  return (mobile) => codes.get(mobile) ?? otherwise();
}
