import type { SmsMessage, SmsSender } from '../sender';

export interface ConsoleSender extends SmsSender {
  /** The code of the message that was sent last, for a development page; undefined if that went to another mobile. */
  lastCode(mobile: string | undefined): string | undefined;
}

/**
 * Sender for development: sends nothing and writes the code to the log at info, on one line that a person finds and a script can
 * grep for `verification code`. The only place of the product that logs a code or a whole mobile.
 */
export function createConsoleSender(log: { info(fields: object, msg: string): void }): ConsoleSender {
  let last: SmsMessage | undefined;
  return {
    name: 'console',
    lastCode: (mobile) => (last?.mobile === mobile ? last?.code : undefined),
    async send(message) {
      last = message;
      const { id, mobile, code, minutes } = message;
      log.info(
        { mobile, code, smsId: id },
        `SMS to ${mobile}: verification code ${code}, valid ${minutes} minutes (console sender: nothing was sent)`,
      );
      return { class: 'accepted', provider: 'console', providerCode: 'OK', messageId: id };
    },
  };
}
