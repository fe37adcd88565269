import type { Redis } from 'ioredis';
import { StoreKeys } from '../src/store/keys';
import { Connections } from './connections';

export const OPERATIONS = ['imageCaptcha', 'sendSmsCode', 'verifySmsCode'] as const;
export type OperationName = (typeof OPERATIONS)[number];
/** How a server is spoken to: GraphQL on one path, or plain JSON on a path an operation. */
export type Dialect = 'graphql' | 'plain';

const FIELDS = 'code errmsg reason retryAfter';
export const QUERIES: Record<OperationName, string> = {
  imageCaptcha: `query ImageCaptcha { imageCaptcha { ${FIELDS} uuid image expiresIn } }`,
  sendSmsCode: `mutation SendSmsCode($mobile: String!, $imageCode: String!, $uuid: String!) {
    sendSmsCode(mobile: $mobile, imageCode: $imageCode, uuid: $uuid) { ${FIELDS} expiresIn }
  }`,
  verifySmsCode: `mutation VerifySmsCode($mobile: String!, $smsCode: String!, $uuid: String) {
    verifySmsCode(mobile: $mobile, smsCode: $smsCode, uuid: $uuid) { ${FIELDS} attemptsLeft }
  }`,
};

/** Where nothing else is said. */
export const CONNECTIONS = 32;
/** So many requests come from one address: far below what a client, or a network, may do. */
const REQUESTS_PER_CLIENT = 20;
let serial = 0;
let sent = 0;

/** Another service's way to write what a send leaves behind: see src/store/keys.ts and src/store/redis/lua/include/code.lua. */
const WRITE_REQUEST = `redis.call('SET', KEYS[1], ARGV[1], 'EX', 300)
  redis.call('SET', KEYS[2], ARGV[1] .. ':REGISTER', 'EX', 300)
  redis.call('SET', KEYS[3], cmsgpack.pack({ ARGV[1], 'REGISTER', 0, tonumber(ARGV[2]), 'bench' }), 'EX', 300)`;
const keys = new StoreKeys();

/** Puts what `count` calls of an operation need into Redis, and returns their arguments; no mobile comes twice. */
export async function prepare(redis: Redis, operation: OperationName, count: number): Promise<object[]> {
  const calls: object[] = [];
  let pipeline = redis.pipeline();
  for (let i = 0; i < count; i++) {
    serial += 1;
    const uuid = `00000000-0000-4000-8000-${String(serial).padStart(12, '0')}`;
    const mobile = `13${String(serial).padStart(9, '0')}`;
    if (operation === 'sendSmsCode') {
      pipeline.set(`img:${uuid}`, 'ABCDE', 'EX', 300);
      calls.push({ mobile, imageCode: 'abcde', uuid });
    } else if (operation === 'verifySmsCode') {
      const written = [keys.code(mobile), keys.latest(mobile), keys.request(mobile, uuid)];
      pipeline.eval(WRITE_REQUEST, written.length, ...written, '123456', Date.now());
      calls.push({ mobile, smsCode: '123456', uuid });
    } else {
      calls.push({});
    }
    if (i % 1000 === 999) {
      await pipeline.exec();
      pipeline = redis.pipeline();
    }
  }
  await pipeline.exec();
  return calls;
}

/** The calls as HTTP requests, each written once and whole; clients are told apart by what stands in X-Forwarded-For. */
export function requestsFor(dialect: Dialect, operation: OperationName, calls: readonly object[]): Buffer[] {
  const path = dialect === 'plain' ? `/${operation}` : '/graphql';
  return calls.map((call) => {
    const body = JSON.stringify(dialect === 'plain' ? call : { query: QUERIES[operation], variables: call });
    const head = [
      `POST ${path} HTTP/1.1`,
      'host: 127.0.0.1',
      'content-type: application/json',
      `content-length: ${Buffer.byteLength(body)}`,
      `x-forwarded-for: ${nextAddress()}`,
    ];
    return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
  });
}

/** Makes the calls on so many connections. Fails unless every answer is a success. */
export async function load(
  port: number,
  dialect: Dialect,
  operation: OperationName,
  calls: readonly object[],
  connections = CONNECTIONS,
): Promise<void> {
  const open = await Connections.open(port, connections);
  await open.saturate(requestsFor(dialect, operation, calls)).finally(() => open.close());
}

/** Every client in a network of its own. */
function nextAddress(): string {
  sent += 1;
  const client = Math.floor(sent / REQUESTS_PER_CLIENT);
  return `${11 + ((client >> 16) & 127)}.${(client >> 8) & 255}.${client & 255}.1`;
}
