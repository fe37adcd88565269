/**
 * The yardstick: the least that does the job. node:http, ioredis, one Lua round trip a request, svg-captcha's own drawing. No GraphQL,
 * no limits but the cooldown. The routes take and give plain JSON.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { Redis } from 'ioredis';
import svgCaptcha from 'svg-captcha';

type Call = (keys: number, ...args: (string | number)[]) => Promise<string | number>;

const redis = new Redis(process.env.REDIS_URL ?? '', {
  enableAutoPipelining: true,
  scripts: {
    send: {
      lua: `local text = redis.call('GETDEL', KEYS[1])
        if not text then return 'expired' end
        if string.lower(text) ~= ARGV[1] then return 'mismatch' end
        if not redis.call('SET', KEYS[3], 1, 'NX', 'EX', 60) then return 'frequent' end
        redis.call('SET', KEYS[2], ARGV[2], 'EX', 300)
        return 'ok'`,
    },
    verify: {
      lua: `local code = redis.call('GET', KEYS[1])
        if not code then return 'expired' end
        if code ~= ARGV[1] then
          local count = redis.call('INCR', KEYS[2])
          redis.call('EXPIRE', KEYS[2], 300)
          if count >= 5 then redis.call('DEL', KEYS[1]) end
          return 'mismatch'
        end
        redis.call('DEL', KEYS[1], KEYS[2])
        return 'ok'`,
    },
  },
});
const scripts = redis as unknown as { send: Call; verify: Call };

type Body = { mobile: string; imageCode: string; uuid: string; smsCode: string };

async function imageCaptcha(): Promise<object> {
  const { text, data } = svgCaptcha.create({ size: 5 });
  const uuid = randomUUID();
  await redis.set(`img:${uuid}`, text, 'EX', 300);
  return { code: 200, errmsg: 'OK', uuid, image: `data:image/svg+xml;base64,${Buffer.from(data).toString('base64')}` };
}

async function sendSmsCode({ mobile, imageCode, uuid }: Body): Promise<object> {
  const code = randomInt(1_000_000).toString().padStart(6, '0');
  const keys = [`img:${uuid}`, `sms:${mobile}`, `cooldown:${mobile}`];
  const reason = await scripts.send(3, ...keys, imageCode.trim().toLowerCase(), code);
  return { code: reason === 'ok' ? 200 : 400, errmsg: reason };
}

async function verifySmsCode({ mobile, smsCode }: Body): Promise<object> {
  const reason = await scripts.verify(2, `sms:${mobile}`, `attempts:${mobile}`, smsCode);
  return { code: reason === 'ok' ? 200 : 400, errmsg: reason };
}

const routes: Record<string, (body: Body) => Promise<object>> = {
  '/imageCaptcha': imageCaptcha,
  '/sendSmsCode': sendSmsCode,
  '/verifySmsCode': verifySmsCode,
};

async function read(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString() || '{}');
}

const server = createServer(async (request, response) => {
  const route = routes[request.url ?? ''];
  if (!route) return response.writeHead(404).end();
  const text = JSON.stringify(await route(await read(request)));
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
});
server.listen(Number(process.env.PORT), '127.0.0.1');
