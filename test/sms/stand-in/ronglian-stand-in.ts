import { createHash } from 'node:crypto';
import { type StandIn, type StandInProvider, type StandInRequest, startStandIn } from './stand-in';

export interface RonglianAccount {
  accountSid: string;
  authToken: string;
  /** 0 or absent: any free port. */
  port?: number;
}

/** Loopback double of Ronglian's TemplateSMS: checks the signature and the fields as the provider does. */
export function startRonglianStandIn({ accountSid, authToken, port }: RonglianAccount): Promise<StandIn> {
  let messages = 0;
  const provider: StandInProvider = {
    codes: { refuse: '160042', throttle: '160038', misconfigured: '160032', 'system-error': '160050' },
    receive: (request) => {
      if (request.method !== 'POST' || request.path !== `/2013-12-26/Accounts/${accountSid}/SMS/TemplateSMS`) {
        return { complaint: '111000' };
      }
      return signatureComplaint(request, accountSid, authToken) ?? readMessage(request.body);
    },
    success: (_message, messageId) => {
      messages += 1;
      const smsMessageSid = messageId ?? createHash('md5').update(String(messages)).digest('hex');
      return {
        status: 200,
        body: JSON.stringify({ statusCode: '000000', templateSMS: { dateCreated: '20260101120000', smsMessageSid } }),
      };
    },
    failure: (statusCode) => ({ status: 200, body: JSON.stringify({ statusCode, statusMsg: '请求失败' }) }),
  };
  return startStandIn(provider, port);
}

function signatureComplaint({ headers, query }: StandInRequest, accountSid: string, authToken: string) {
  const [account, timestamp = ''] = Buffer.from(headers.authorization ?? '', 'base64')
    .toString('utf8')
    .split(':');
  const sig = createHash('md5').update(accountSid).update(authToken).update(timestamp).digest('hex').toUpperCase();
  if (account !== accountSid || !/^20\d{12}$/.test(timestamp)) return { complaint: '111108' };
  if (query.get('sig') !== sig) return { complaint: '111109' };
  return undefined;
}

function readMessage(body: string): ReturnType<StandInProvider['receive']> {
  let fields: { to?: unknown; appId?: unknown; templateId?: unknown; datas?: unknown; reqId?: unknown };
  try {
    fields = JSON.parse(body);
  } catch {
    return { complaint: '111004' };
  }
  const { to, appId, templateId, datas, reqId } = fields;
  const [code, minutes] = Array.isArray(datas) ? datas : [];
  if (typeof to !== 'string' || !/^1\d{10}$/.test(to)) return { complaint: '160042' };
  if (typeof appId !== 'string' || typeof templateId !== 'string') return { complaint: '160032' };
  if (typeof code !== 'string' || typeof minutes !== 'string') return { complaint: '160043' };
  if (typeof reqId !== 'string' || !/^[A-Za-z0-9]{1,32}$/.test(reqId)) return { complaint: '160003' };
  return { message: { mobile: to, code, id: reqId } };
}
