import type { SmsSender } from './sender';

/** Hands each message to the sender of its number's country. A country without one is refused: nothing is sent elsewhere in its place. */
export function createCountrySender(
  senders: ReadonlyMap<string, SmsSender>,
  countryOf: (mobile: string) => string,
): SmsSender {
  const name = [...new Set([...senders.values()].map((sender) => sender.name))].join(';');
  return {
    name,
    async send(message) {
      const sender = senders.get(countryOf(message.mobile));
      return (
        sender?.send(message) ?? { class: 'refused', provider: name, providerCode: 'no-provider', fault: 'number' }
      );
    },
  };
}
