import { aliyunReceipts } from './aliyun/aliyun-receipts';
import type { SmsSettings } from './create-sender';
import type { Provider } from './providers';
import type { ReceiptParser } from './receipts';
import { ronglianReceipts } from './ronglian/ronglian-receipts';
import { tencentReceipts } from './tencent/tencent-receipts';
import { twilioReceiptParser } from './twilio/twilio-receipts';
import { webhookReceiptParser } from './webhook/webhook-receipts';

export interface ReceiptParserOptions {
  /** Where Twilio reaches this server; absent: nothing of Twilio is taken. */
  publicUrl?: string;
  /** ms since the epoch. */
  clock: () => number;
}

/** Who reads the pushes of each provider that SMS_PROVIDERS names; a provider that tells nothing has no entry. */
export function createReceiptParsers(
  settings: SmsSettings,
  options: ReceiptParserOptions,
): Partial<Record<Provider, ReceiptParser>> {
  const parsers = settings.providers.map((provider) => [provider, createParser(provider, settings, options)] as const);
  return Object.fromEntries(parsers.filter(([, parser]) => parser !== undefined));
}

function createParser(
  provider: Provider,
  { webhook, twilio }: SmsSettings,
  { publicUrl, clock }: ReceiptParserOptions,
): ReceiptParser | undefined {
  switch (provider) {
    case 'console':
      return undefined;
    case 'ronglian':
      return ronglianReceipts;
    case 'aliyun':
    case 'aliyun-auth':
      return aliyunReceipts;
    case 'tencent':
      return tencentReceipts;
    case 'webhook':
      return webhook && webhookReceiptParser(webhook.secrets, clock);
    case 'twilio':
      return twilio && publicUrl ? twilioReceiptParser(twilio.authToken, publicUrl) : undefined;
  }
}
