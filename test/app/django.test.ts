import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { ApiClient, captchaOf } from '../harness/api-client';
import { describeWhere } from '../harness/describe-where';
import { describeWithRedis } from '../harness/redis-server';
import { type ServerProcess, startServer } from '../harness/server-process';
import { Shop } from '../harness/shop';
import { waitUntil } from '../harness/wait-until';

const DOCUMENTS = ['sharing.md', 'sharing.zh-CN.md'].map((name) => join(__dirname, '../../docs', name));
const EXAMPLE = join(__dirname, '../../examples/django/shop.py');
/** Debian's, which has Debian's packages; another may stand first on the PATH. */
const PYTHON = '/usr/bin/python3';
const PACKAGES = 'python3-django, python3-redis, python3-jwt and python3-cryptography';
const installed = spawnSync(PYTHON, ['-c', 'import django, redis, jwt, cryptography']).status === 0;

function describeWithDjango(name: string, define: () => void): void {
  if (installed) describeWithRedis(name, define);
  else describeWhere(false, `Debian's ${PACKAGES} are not installed`, name, define);
}

const VERIFY = `mutation ($mobile: String!, $smsCode: String!, $uuid: String!, $purpose: VerificationPurpose!) {
  verifySmsCode(mobile: $mobile, smsCode: $smsCode, uuid: $uuid, purpose: $purpose) { reason ticket }
}`;

describeWithDjango('examples/django, on database 2 of the server’s Redis', () => {
  const [documented = [], inChinese] = DOCUMENTS.map((file) => [
    ...readFileSync(file, 'utf8').matchAll(/^ACL (.+)$/gm),
  ]);
  let shop: Shop;
  let redis: Redis;
  let server: ServerProcess;
  let api: ApiClient;
  let django: ChildProcess;
  let url = '';
  let output = '';
  let errors = '';

  beforeAll(async () => {
    shop = await Shop.open({ SMS_COOLDOWN_SECONDS: '0' });
    redis = new Redis(`${shop.redisServer.url}/2`);
    // As the document has them; who needs more than it says, fails here.
    for (const [, command = ''] of documented) await redis.call('ACL', ...command.split(' '));
    const database = (user: string) => `redis://${user}@127.0.0.1:${shop.redisServer.port}/2`;
    const { privateKey } = generateKeyPairSync('ed25519');
    server = await startServer({
      ...shop.environment,
      REDIS_URL: database('verification:CHANGE-ME'),
      VERIFY_FOREIGN_CODES: 'true',
      TICKET_PRIVATE_KEY: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    });
    api = new ApiClient(server.url);
    django = spawn(PYTHON, [EXAMPLE, '0'], {
      env: {
        REDIS_URL: database('shop:CHANGE-ME-TOO'),
        JWKS_URL: `${server.url}/.well-known/jwks.json`,
        LANG: 'C.UTF-8',
      },
    });
    django.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    django.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    await waitUntil('Django listens', () => /Shop: \S+\/\n/.test(output) || django.exitCode !== null);
    url = /Shop: (\S+)\/\n/.exec(output)?.[1] ?? '';
    if (!url) throw new Error(`Django did not start:\n${errors}`);
  }, 60_000);

  afterAll(async () => {
    django?.kill('SIGKILL');
    redis?.disconnect();
    await server?.stop();
  });

  const post = async (path: string, fields: Readonly<Record<string, string>>) =>
    (await fetch(url + path, { method: 'POST', body: new URLSearchParams(fields) })).json();
  const registers = (ticket: string, mobile = '13900000000') => post('/register/', { ticket, mobile });

  /** A captcha of Django's, solved, and the message that this server sent for it. */
  async function sentCode(purpose = 'REGISTER'): Promise<{ mobile: string; uuid: string; code: string }> {
    const [uuid, mobile] = [randomUUID(), shop.newMobile()];
    expect((await fetch(`${url}/image_codes/${uuid}/`)).status).toBe(200);
    const imageCode = await captchaOf(redis, uuid);
    expect(await api.sendSmsCode({ mobile, imageCode, uuid, purpose })).toMatchObject({ reason: 'OK' });
    expect(await redis.exists(`img:${uuid}`)).toBe(0);
    return { mobile, uuid, code: shop.lastCode() };
  }

  async function ticketFor(purpose = 'REGISTER'): Promise<{ mobile: string; ticket: string }> {
    const { mobile, uuid, code } = await sentCode(purpose);
    const { body } = await api.query(VERIFY, { mobile, smsCode: code, uuid, purpose });
    const verified = (body.data ?? {}) as unknown as { verifySmsCode: { ticket: string } };
    return { mobile, ticket: verified.verifySmsCode.ticket };
  }

  test('the users that both documents describe are enough for it, and can’t reach a count', async () => {
    expect(documented.map(([line]) => line)).toHaveLength(2);
    expect(inChinese?.map(([line]) => line)).toEqual(documented.map(([line]) => line));
    const django = new Redis(`redis://shop:CHANGE-ME-TOO@127.0.0.1:${shop.redisServer.port}/2`, {
      enableReadyCheck: false,
    });
    for (const key of ['{sms:13800138000}:failures', 'budget:day', '{client:x}:sms'])
      await expect(django.set(key, '')).rejects.toThrow('NOPERM');
    django.disconnect();
  });

  test('Django issues, this server sends and checks, Django registers by the ticket, once', async () => {
    const { mobile, ticket } = await ticketFor();
    expect(await registers(ticket)).toEqual({ code: 200, errmsg: '注册成功', mobile });
    expect(await registers(ticket)).toMatchObject({ code: 400, errmsg: '手机号已使用' });
  });

  test('no ticket, one that was altered, one for another purpose: nobody is registered', async () => {
    const { ticket } = await ticketFor();
    const [header, payload = '', signature] = ticket.split('.');
    const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), sub: '13911111111' };
    const altered = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    const other = await ticketFor('LOGIN');
    for (const bad of ['', 'x.y.z', altered, other.ticket])
      expect(await registers(bad)).toEqual({ code: 400, errmsg: '手机号未验证' });
  });

  test('Django never issues over a captcha of this server', async () => {
    const { uuid } = await api.imageCaptcha();
    const text = await captchaOf(redis, uuid);
    expect((await fetch(`${url}/image_codes/${uuid}/`)).status).toBe(409);
    expect(await captchaOf(redis, uuid)).toBe(text);
  });

  test('the original view takes a captcha of this server, and what that costs: it takes it again and again', async () => {
    const { uuid } = await api.imageCaptcha();
    const text = await captchaOf(redis, uuid);
    const mobile = shop.newMobile();
    for (const receiver of [mobile, shop.newMobile(), shop.newMobile()]) {
      const response = await fetch(`${url}/sms_codes/${receiver}/?img_code=${text}&uid=${uuid}`);
      expect(await response.json()).toEqual({ code: 0, errmsg: '发送短信成功' });
    }
    await waitUntil('it says what it swallowed', () => errors.includes("name 'uid' is not defined"));
    // This server counted none of the messages, and checks the code, with tries that are counted, where it is set up for it.
    expect(await redis.keys(`{sms:${mobile}}:*`)).toEqual([]);
    const code = String(await redis.get(`sms:${mobile}`));
    expect(await api.verifySmsCode(mobile, code === '000000' ? '111111' : '000000', undefined)).toMatchObject({
      reason: 'SMS_CODE_MISMATCH',
      attemptsLeft: 4,
    });
    expect(await api.verifySmsCode(mobile, code, undefined)).toMatchObject({ reason: 'OK' });
  });

  test('the wrong way, and what it costs: any number of guesses, and the code works again and again', async () => {
    const { mobile, uuid, code } = await sentCode();
    const guess = (smsCode: string) => post('/comparing/register/', { mobile, sms_code: smsCode });
    for (let i = 0; i < 50; i++) {
      const wrong = String((Number(code) + 1 + i) % 1_000_000).padStart(6, '0');
      expect(await guess(wrong)).toMatchObject({ code: 400 });
    }
    expect([await guess(code), await guess(code)]).toEqual(Array(2).fill({ code: 0, errmsg: '注册成功' }));
    expect(await redis.exists(`{sms:${mobile}}:failures`)).toBe(0);
    // Deleted or written over by Django, it is good here all the same, once.
    await redis.setex(`sms:${mobile}`, 300, '123456');
    await redis.del(`sms:${mobile}`);
    expect(await api.verifySmsCode(mobile, code, uuid)).toMatchObject({ reason: 'OK' });
  });
});
