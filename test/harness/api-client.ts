import type { Redis } from 'ioredis';

/** What every payload may carry; null where the schema says so. */
export interface Payload {
  code: number;
  errmsg: string;
  reason: string;
  retryAfter: number | null;
  uuid?: string | null;
  image?: string | null;
  audio?: string | null;
  expiresIn?: number | null;
  smsId?: string | null;
  attemptsLeft?: number | null;
  device?: string | null;
}

export interface GraphqlErrorBody {
  message: string;
  extensions: { code: string };
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: { data?: Record<string, Payload | null> | null; errors?: GraphqlErrorBody[] };
}

export interface SendArguments {
  mobile: string;
  imageCode: string;
  uuid: string;
  /** Absent: REGISTER. */
  purpose?: string;
}

const RESULT = 'code errmsg reason retryAfter';

export const IMAGE_CAPTCHA = `query { imageCaptcha { ${RESULT} uuid image expiresIn } }`;
export const SEND_SMS_CODE = `mutation ($mobile: String!, $imageCode: String!, $uuid: String!, $purpose: VerificationPurpose! = REGISTER) {
  sendSmsCode(mobile: $mobile, imageCode: $imageCode, uuid: $uuid, purpose: $purpose) { ${RESULT} expiresIn smsId }
}`;
export const VERIFY_SMS_CODE = `mutation ($mobile: String!, $smsCode: String!, $uuid: String, $purpose: VerificationPurpose! = REGISTER) {
  verifySmsCode(mobile: $mobile, smsCode: $smsCode, uuid: $uuid, purpose: $purpose) { ${RESULT} attemptsLeft }
}`;

/**
 * A client of the API over real HTTP; `headers` go with every request. Each has a connection of its own: one that was idle for 5 s is closed by
 * the server, and on a busy machine just while fetch sends the next request on it, which would be told as a failure.
 */
export class ApiClient {
  constructor(
    private readonly url: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** Posts any JSON. */
  async post(body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', connection: 'close', ...this.headers, ...headers },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
  }

  query(query: string, variables?: unknown): Promise<Answer> {
    return this.post({ query, variables });
  }

  async imageCaptcha(): Promise<Payload> {
    return payloadOf(await this.query(IMAGE_CAPTCHA), 'imageCaptcha');
  }

  /** The answer to a captcha, as a development server tells it. */
  async captchaAnswer(uuid: string | null | undefined): Promise<string> {
    const headers = { connection: 'close', ...this.headers };
    const response = await fetch(`${this.url}/dev/captcha?uuid=${uuid}`, { headers });
    return ((await response.json()) as { text: string }).text;
  }

  async sendSmsCode(variables: SendArguments): Promise<Payload> {
    return payloadOf(await this.query(SEND_SMS_CODE, variables), 'sendSmsCode');
  }

  /** `uuid` names the request; undefined means a code that another service wrote. */
  async verifySmsCode(mobile: string, smsCode: string, uuid: string | undefined, purpose?: string): Promise<Payload> {
    return payloadOf(await this.query(VERIFY_SMS_CODE, { mobile, smsCode, uuid, purpose }), 'verifySmsCode');
  }
}

function payloadOf({ status, text, body }: Answer, field: string): Payload {
  const payload = body.data?.[field];
  if (status !== 200 || body.errors || !payload) throw new Error(`HTTP ${status}: ${text}`);
  return payload;
}

/** The answer to a captcha, as any service of the shop reads it. */
export async function captchaOf(redis: Redis, uuid: string | null | undefined): Promise<string> {
  const text = await redis.get(`img:${uuid}`);
  if (text === null) throw new Error(`There is no captcha ${uuid}`);
  return text;
}
