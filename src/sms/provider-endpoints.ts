import { ALIYUN_ENDPOINT } from './aliyun/aliyun-sender';
import { ALIYUN_AUTH_ENDPOINT } from './aliyun-auth/aliyun-auth-sender';
import type { SmsSettings } from './create-sender';
import { parseEndpoint } from './provider-socket';
import type { Provider } from './providers';
import { TENCENT_ENDPOINT } from './tencent/tencent-sender';

/** Where each configured provider is asked; the console is nowhere. */
export function providerEndpoints(settings: SmsSettings): { provider: Provider; url: URL }[] {
  const { ronglian, aliyun, aliyunAuth, tencent, webhook, twilio } = settings;
  const sdk = (endpoint: string) => {
    const { protocol, host } = parseEndpoint(endpoint);
    return `${protocol}://${host}`;
  };
  // Of providers that are not named, nothing need be set.
  const urls: Record<Provider, () => string | undefined> = {
    console: () => undefined,
    ronglian: () => ronglian?.baseUrl,
    aliyun: () => sdk(aliyun?.endpoint ?? ALIYUN_ENDPOINT),
    'aliyun-auth': () => sdk(aliyunAuth?.endpoint ?? ALIYUN_AUTH_ENDPOINT),
    tencent: () => sdk(tencent?.endpoint ?? TENCENT_ENDPOINT),
    webhook: () => webhook?.url,
    twilio: () => twilio?.baseUrl,
  };
  return settings.providers.flatMap((provider) => {
    const url = urls[provider]();
    return url === undefined ? [] : [{ provider, url: new URL(url) }];
  });
}
