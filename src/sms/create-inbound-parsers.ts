import { aliyunInbound } from './aliyun/aliyun-inbound';
import type { SmsSettings } from './create-sender';
import type { InboundParser } from './inbound';
import type { Provider } from './providers';
import { ronglianInbound } from './ronglian/ronglian-inbound';
import { tencentInbound } from './tencent/tencent-inbound';
import { twilioInboundParser } from './twilio/twilio-inbound';
import { webhookInboundParser } from './webhook/webhook-inbound';

export interface InboundParserOptions {
  /** Where Twilio reaches this server; absent: nothing of Twilio is taken. */
  publicUrl?: string;
  /** ms since the epoch. */
  clock: () => number;
}

/**
 * Who reads the messages that people send, by provider: those that SMS_PROVIDERS names, since whoever knows the path could otherwise tell
 * in the name of one that signs nothing what only one that signs may tell; and the webhook wherever it has a secret to sign with.
 */
export function createInboundParsers(
  { providers, twilio, webhook }: SmsSettings,
  { publicUrl, clock }: InboundParserOptions,
): Partial<Record<Provider, InboundParser>> {
  const parsers: Partial<Record<Provider, InboundParser>> = {};
  for (const provider of providers) {
    if (provider === 'ronglian') parsers.ronglian = ronglianInbound;
    if (provider === 'aliyun') parsers.aliyun = aliyunInbound;
    if (provider === 'tencent') parsers.tencent = tencentInbound;
    if (provider === 'twilio' && twilio && publicUrl) parsers.twilio = twilioInboundParser(twilio.authToken, publicUrl);
  }
  if (webhook && webhook.secrets.length > 0) parsers.webhook = webhookInboundParser(webhook.secrets, clock);
  return parsers;
}
