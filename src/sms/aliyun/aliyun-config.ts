import type { $OpenApiUtil } from '@alicloud/openapi-core';
import { SDK_MARGIN_MS } from '../provider-sdk-call';
import { parseEndpoint } from '../provider-socket';

export interface AliyunAccess {
  accessKeyId: string;
  accessKeySecret: string;
  /** `host[:port]` for https, or a whole URL. */
  endpoint: string;
  /** Wall-clock limit of one send, milliseconds. */
  timeoutMs: number;
}

/**
 * What a client of any Aliyun SDK needs: no retries, and time-outs that are only a second line behind callSdk.
 * @throws Error when the endpoint cannot be parsed.
 */
export function aliyunConfig({ accessKeyId, accessKeySecret, endpoint, timeoutMs }: AliyunAccess): $OpenApiUtil.Config {
  const { protocol, host } = parseEndpoint(endpoint);
  const sdk: typeof import('@alicloud/openapi-core') = require('@alicloud/openapi-core');
  return new sdk.$OpenApiUtil.Config({
    accessKeyId,
    accessKeySecret,
    endpoint: host,
    protocol,
    connectTimeout: timeoutMs + SDK_MARGIN_MS,
    readTimeout: timeoutMs + SDK_MARGIN_MS,
    retryOptions: { retryable: false, retryCondition: [], noRetryCondition: [] },
  });
}
