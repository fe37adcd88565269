/** The names that SMS_PROVIDERS may hold. */
export const PROVIDERS = ['console', 'ronglian', 'aliyun', 'tencent'] as const;

export type Provider = (typeof PROVIDERS)[number];
