import { createHash } from 'node:crypto';
import { type StandIn, type StandInProvider, type StandInRequest, startStandIn } from './stand-in';

export interface TwilioAccount {
  accountSid: string;
  authToken: string;
  port?: number;
}

/** HTTP statuses that go with an error code; others come with 400. */
const STATUS: Record<string, number> = { 20003: 401, 20403: 403, 20404: 404, 20429: 429, 20500: 500 };

/** Loopback double of Twilio's Messages resource: checks the credentials and the fields of the form. */
export function startTwilioStandIn({ accountSid, authToken, port }: TwilioAccount): Promise<StandIn> {
  let messages = 0;
  const provider: StandInProvider = {
    codes: { refuse: '21610', throttle: '20429', misconfigured: '21606', 'system-error': '20001' },
    receive: (request) => {
      if (request.method !== 'POST' || request.path !== `/2010-04-01/Accounts/${accountSid}/Messages.json`) {
        return { complaint: '20404' };
      }
      const expected = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
      return request.headers.authorization === expected ? readMessage(request) : { complaint: '20003' };
    },
    success: ({ mobile }, messageId) => {
      messages += 1;
      const sid = messageId ?? `SM${createHash('md5').update(String(messages)).digest('hex')}`;
      return {
        status: 201,
        body: JSON.stringify({
          sid,
          status: 'queued',
          to: mobile.startsWith('+') ? mobile : `+86${mobile}`,
          error_code: null,
        }),
      };
    },
    failure: (code) => ({
      status: STATUS[code] ?? 400,
      // A number, as the API has it; what is none stays a text.
      body: JSON.stringify({ code: /^[1-9]\d*$/.test(code) ? Number(code) : code, message: 'failed', more_info: '' }),
    }),
  };
  return startStandIn(provider, port);
}

function readMessage({ headers, body }: StandInRequest): ReturnType<StandInProvider['receive']> {
  const form = new URLSearchParams(body);
  const mobile = form.get('To') ?? '';
  const [code] = /\b\d{6}\b/.exec(form.get('Body') ?? '') ?? [];
  if (headers['content-type'] !== 'application/x-www-form-urlencoded') return { complaint: '21604' };
  if (!form.get('From') && !form.get('MessagingServiceSid')) return { complaint: '21603' };
  if (!/^\+(861\d{10}|(?!86)[1-9]\d{6,14})$/.test(mobile)) return { complaint: '21211' };
  if (!code) return { complaint: '21602' };
  return { message: { mobile: mobile.replace(/^\+86/, ''), code, id: '' } };
}
