/** Accounts that no provider knows. */
export const RONGLIAN = {
  SMS_PROVIDERS: 'ronglian',
  RONGLIAN_ACCOUNT_SID: 'sid',
  RONGLIAN_AUTH_TOKEN: 'ronglian-token',
  RONGLIAN_APP_ID: 'app',
};
export const ALIYUN = { ALIYUN_ACCESS_KEY_ID: 'id', ALIYUN_ACCESS_KEY_SECRET: 'aliyun-secret' };
export const TENCENT = {
  TENCENT_SECRET_ID: 'id',
  TENCENT_SECRET_KEY: 'tencent-secret',
  TENCENT_SDK_APP_ID: '1400006666',
  TENCENT_SIGN_NAME: '美多商城',
  TENCENT_TEMPLATE_ID: '449739',
};
export const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
export const NEXT_SECRET = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
export const WEBHOOK = { SMS_PROVIDERS: 'webhook', WEBHOOK_URL: 'https://shop.example/sms', WEBHOOK_SECRET: SECRET };
export const TWILIO = { SMS_PROVIDERS: 'twilio', TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'twilio-token' };
