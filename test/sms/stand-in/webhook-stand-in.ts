import { createHmac } from 'node:crypto';
import { type StandIn, type StandInProvider, type StandInRequest, startStandIn } from './stand-in';

export interface WebhookReceiver {
  /** `whsec_…`. */
  secret: string;
  port?: number;
}

/** Loopback receiver of the webhook sender: checks the signature with node:crypto alone, as the specification says. */
export function startWebhookStandIn({ secret, port }: WebhookReceiver): Promise<StandIn> {
  let messages = 0;
  const provider: StandInProvider = {
    codes: { refuse: 'refused', throttle: 'throttled', misconfigured: 'misconfigured', 'system-error': 'unknown' },
    receive: (request) => {
      if (request.method !== 'POST' || request.path !== '/') return { complaint: 'misconfigured' };
      return signatureComplaint(request, secret) ?? readMessage(request.body);
    },
    success: (_message, messageId) => {
      messages += 1;
      return { status: 200, body: JSON.stringify({ messageId: messageId ?? `receiver-${messages}` }) };
    },
    failure: (outcome) => ({ status: outcome === 'throttled' ? 429 : 422, body: JSON.stringify({ outcome }) }),
  };
  return startStandIn(provider, port);
}

/** Standard Webhooks, "Signature scheme": one of the signatures must be v1 of `id.timestamp.body`, not older than five minutes. */
function signatureComplaint({ headers, body }: StandInRequest, secret: string) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  const expected = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64'))
    .update(`${id}.${timestamp}.${body}`)
    .digest('base64');
  const fresh = Math.abs(Date.now() / 1000 - Number(timestamp)) < 300;
  return fresh && String(signatures).split(' ').includes(`v1,${expected}`) ? undefined : { complaint: 'misconfigured' };
}

function readMessage(body: string): ReturnType<StandInProvider['receive']> {
  const { id, mobile, code, minutes, purpose, language } = JSON.parse(body);
  const known = typeof purpose === 'string' && ['zh', 'en'].includes(language) && Number.isInteger(minutes);
  if (!known || !/^\+(861\d{10}|(?!86)[1-9]\d{6,14})$/.test(mobile)) return { complaint: 'refused' };
  return { message: { mobile: mobile.replace(/^\+86/, ''), code, id } };
}
