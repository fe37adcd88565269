import { createHash, createHmac, randomBytes } from 'node:crypto';
import type { SmsSettings } from '../sms/create-sender';

/** Keeps the key apart from whatever else the same secrets may be hashed for. */
const DOMAIN = 'sms-verification-server/client-hash/1';

/**
 * The key of client hashes where CLIENT_HASH_SECRET is absent: one that all servers of a shop have and nobody else, whatever the order
 * of SMS_PROVIDERS. Without a provider nothing is sent and there is no such secret: then it is random, new with each process.
 */
export function clientHashSecret(sms: SmsSettings): string {
  const secrets = providerSecrets(sms);
  if (secrets.length === 0) return randomBytes(32).toString('base64');
  return createHash('sha256')
    .update(JSON.stringify([DOMAIN, ...secrets.sort()]))
    .digest('base64');
}

/** Whether there is anything to derive a key from. */
export function hasSecrets(sms: SmsSettings): boolean {
  return providerSecrets(sms).length > 0;
}

/** The key of trusted devices' tokens where TRUSTED_DEVICE_SECRET is absent. */
export function trustedDeviceSecret(clientHashSecret: string): string {
  return createHmac('sha256', clientHashSecret).update('sms-verification-server/trusted-device/1').digest('base64');
}

function providerSecrets({ providers, ronglian, aliyun, aliyunAuth, tencent, webhook, twilio }: SmsSettings): string[] {
  const secrets: Record<(typeof providers)[number], readonly (string | undefined)[]> = {
    console: [],
    ronglian: [ronglian?.authToken],
    aliyun: [aliyun?.accessKeySecret],
    'aliyun-auth': [aliyunAuth?.accessKeySecret],
    tencent: [tencent?.secretKey],
    webhook: webhook?.secrets ?? [],
    twilio: [twilio?.authToken],
  };
  const present = providers.flatMap((provider) => secrets[provider]).filter((secret) => secret !== undefined);
  return [...new Set(present)];
}
