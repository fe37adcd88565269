import { startRonglianStandIn } from '../sms/stand-in/ronglian-stand-in';
import type { StandIn } from '../sms/stand-in/stand-in';
import type { Environment } from './server-process';

/** Shaped like an account of the provider, and distinct enough to be searched for in a log. */
export const RONGLIAN_ACCOUNT = {
  accountSid: '8a216da85741a1b901574fbdd0f10a3e',
  authToken: '0f8e2d7c4b5a49618c3d9e7f1a2b3c4d',
};

export interface Ronglian {
  standIn: StandIn;
  /** The settings with which a server sends through it. */
  environment: Environment;
}

export async function startRonglian(): Promise<Ronglian> {
  const standIn = await startRonglianStandIn(RONGLIAN_ACCOUNT);
  return {
    standIn,
    environment: {
      SMS_PROVIDERS: 'ronglian',
      RONGLIAN_ACCOUNT_SID: RONGLIAN_ACCOUNT.accountSid,
      RONGLIAN_AUTH_TOKEN: RONGLIAN_ACCOUNT.authToken,
      RONGLIAN_APP_ID: '8aaf0708624670f201625f0c6b4e0d1c',
      RONGLIAN_BASE_URL: standIn.url,
    },
  };
}
