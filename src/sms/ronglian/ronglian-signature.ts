import { createHash } from 'node:crypto';

export interface RonglianSignature {
  /** Query parameter `sig`: upper-case hex MD5 of account, token and timestamp. */
  sig: string;
  /** Authorization header: base64 of account and the same timestamp. */
  authorization: string;
  /** yyyyMMddHHmmss in China Standard Time. */
  timestamp: string;
}

/** China Standard Time has been UTC+8 all year since 1991, so no time-zone data of the machine is needed. */
const CHINA_OFFSET_MS = 8 * 60 * 60 * 1000;

/** Signs one request to Ronglian as of `at`; pure. The provider refuses a timestamp that is far from its own clock. */
export function signRonglian(input: { accountSid: string; authToken: string; at: Date }): RonglianSignature {
  const { accountSid, authToken, at } = input;
  const timestamp = new Date(at.getTime() + CHINA_OFFSET_MS).toISOString().slice(0, 19).replace(/\D/g, '');
  return {
    timestamp,
    sig: createHash('md5').update(`${accountSid}${authToken}${timestamp}`).digest('hex').toUpperCase(),
    authorization: Buffer.from(`${accountSid}:${timestamp}`).toString('base64'),
  };
}
