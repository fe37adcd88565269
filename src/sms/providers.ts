/** The names that SMS_PROVIDERS may hold. */
export const PROVIDERS = ['console', 'ronglian', 'aliyun', 'tencent', 'webhook', 'twilio', 'aliyun-auth'] as const;

export type Provider = (typeof PROVIDERS)[number];
