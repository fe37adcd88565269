/** The names that SMS_PROVIDERS may hold. */
export const PROVIDERS = ['console', 'ronglian', 'aliyun', 'tencent', 'webhook', 'twilio', 'aliyun-auth'] as const;

export type Provider = (typeof PROVIDERS)[number];

/**
 * Those whose interface, as it is used here, reaches mainland numbers alone. Numbers abroad need templates of their own at Aliyun, Tencent
 * and Ronglian; and Aliyun and Ronglian want them without a plus, where +1 310 555 1234 and the mainland's 131 0555 1234 are the same.
 */
export const MAINLAND_PROVIDERS: readonly Provider[] = ['ronglian', 'aliyun', 'tencent', 'aliyun-auth'];
