import { decodeJwt } from 'jose';
import type { Payload } from '../harness/api-client';
import { describeWithRedis } from '../harness/redis-server';
import { ServerProcess } from '../harness/server-process';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';
import { waitUntil } from '../harness/wait-until';
import { INBOUND_STAND_INS } from '../sms/stand-in/inbound-stand-ins';

const SECRET = 'b1946ac92492d2347c6235b4d2611184';
const SEND = `mutation ($mobile: String!, $imageCode: String!, $uuid: String!, $purpose: VerificationPurpose! = REGISTER) {
  sendSmsCode(mobile: $mobile, imageCode: $imageCode, uuid: $uuid, purpose: $purpose) {
    code reason inbound { number text expiresIn } again: inbound { text }
  }
}`;
const START = `mutation ($mobile: String!, $imageCode: String!, $uuid: String!) {
  startInboundVerification(mobile: $mobile, imageCode: $imageCode, uuid: $uuid) { code reason errmsg inbound { text } }
}`;
const STATUS = `query ($mobile: String!, $uuid: String!, $purpose: VerificationPurpose! = REGISTER) {
  inboundStatus(mobile: $mobile, uuid: $uuid, purpose: $purpose) { code reason state ticket }
}`;

type Offered = Payload & { inbound: { number: string; text: string } | null; again: { text: string } | null };

describeWithRedis('A phone that proves itself by sending', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open(
      {
        ...NO_CLIENT_LIMITS,
        SMS_DAILY_BUDGET: '1',
        RECEIPTS_SECRET: SECRET,
        INBOUND_NUMBERS: '1069012345678',
        TICKET_SECRET: 'a secret that two services of one shop share',
      },
      2,
    );
    // The budget is used up: no code comes any more.
    const { uuid, imageCode } = await shop.seededCaptcha();
    expect((await shop.api().sendSmsCode({ mobile: shop.newMobile(), uuid, imageCode })).reason).toBe('OK');
  }, 60_000);
  afterAll(() => shop?.close());

  async function offered(mobile: string, purpose?: string) {
    const captcha = await shop.seededCaptcha();
    const { body } = await shop.api().query(SEND, { mobile, ...captcha, purpose });
    const sent = body.data?.sendSmsCode as Offered;
    return { sent, uuid: captcha.uuid, text: sent.inbound?.text ?? '' };
  }
  const status = async (mobile: string, uuid: string, purpose?: string, n = 0) =>
    (await shop.api(n).query(STATUS, { mobile, uuid, purpose })).body.data?.inboundStatus as unknown as {
      reason: string;
      state: string;
      ticket: string | null;
    };
  const push = (from: string, text: string, n = 0, url = shop.servers[n]?.url) => {
    const { headers, body } = INBOUND_STAND_INS.ronglian?.push({ from, text }, '', 0) ?? { headers: {}, body: '' };
    return fetch(`${url}/inbound/${SECRET}/ronglian`, { method: 'POST', headers, body });
  };
  const results = async (name: string) => {
    const texts = await Promise.all(shop.servers.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()));
    const counts = texts.map((text) => new RegExp(`inbound_total\\{result="${name}"\\} (\\d+)`).exec(text)?.[1]);
    return counts.reduce((sum, count) => sum + Number(count), 0);
  };

  test('given no budget, when a code is asked for, then the refusal is as ever, and tells what to send to whoever asks for that', async () => {
    const mobile = shop.newMobile();
    const { sent, text } = await offered(mobile);
    expect(sent).toMatchObject({
      code: 400,
      reason: 'QUOTA_EXCEEDED',
      inbound: { number: '1069012345678', text: expect.stringMatching(/^注册 [A-Z0-9]{8}$/), expiresIn: 600 },
    });
    // Under whatever name, it is one text.
    expect(sent.again?.text).toBe(text);
    expect(await shop.redis.keys(`{sms:${mobile}}:inbound*`)).toHaveLength(2);

    const old = shop.newMobile();
    const captcha = await shop.seededCaptcha();
    expect((await shop.api().sendSmsCode({ mobile: old, ...captcha })).reason).toBe('QUOTA_EXCEEDED');
    expect(await shop.redis.keys(`{sms:${old}}:inbound*`)).toEqual([]);
  });

  test('given a captcha that is wrong or gone, when a code is asked for, then there is nothing to send', async () => {
    const mobile = shop.newMobile();
    const { uuid } = await shop.seededCaptcha();
    for (const reason of ['CAPTCHA_MISMATCH', 'CAPTCHA_EXPIRED']) {
      const { body } = await shop.api().query(SEND, { mobile, uuid, imageCode: 'wrong' });
      expect(body.data?.sendSmsCode).toMatchObject({ reason, inbound: null, again: null });
    }
  });

  test('given 50 copies of one message on two servers at once, when all are taken, then there is one confirmation and one ticket', async () => {
    const mobile = shop.newMobile();
    const { uuid, text } = await offered(mobile);
    const [confirmed, duplicates] = [await results('confirmed'), await results('duplicate')];
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => push(mobile, text, i % 2)));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([200]));
    const told = await Promise.all(Array.from({ length: 10 }, (_, i) => status(mobile, uuid, undefined, i % 2)));
    const tickets = new Set(told.map(({ ticket }) => decodeJwt(String(ticket)).jti));
    expect(tickets.size).toBe(1);
    // An exposition is good for a second.
    await waitUntil('each copy is counted', async () => (await results('duplicate')) === duplicates + 49);
    expect(await results('confirmed')).toBe(confirmed + 1);
    // Nothing of it is a code, or a message.
    expect((await shop.api().verifySmsCode(mobile, text.slice(-8), uuid)).reason).toBe('SMS_CODE_EXPIRED');
  });

  test('given ten strangers who ask in a mobile’s name, when its owner asks and sends, then the owner alone has a ticket', async () => {
    const mobile = shop.newMobile();
    const strangers = await Promise.all(Array.from({ length: 10 }, () => offered(mobile)));
    const owner = await offered(mobile);
    expect(owner.sent.inbound).not.toBeNull();
    // Strangers send what they were shown from phones of their own.
    for (const { text } of strangers) await push(shop.newMobile(), text);
    await push(mobile, owner.text);
    expect((await status(mobile, owner.uuid)).ticket).not.toBeNull();
    for (const { uuid } of strangers)
      expect(await status(mobile, uuid)).toMatchObject({ state: 'EXPIRED', ticket: null });
  });

  test('given a stranger who asks in a mobile’s name, when its owner is talked into sending that text, then the stranger gets that purpose and nothing more', async () => {
    const mobile = shop.newMobile();
    const stranger = await offered(mobile, 'RESET_PASSWORD');
    // The text says what it is for, and without that it is worth nothing.
    expect(stranger.text).toMatch(/^重置密码 /);
    const code = stranger.text.slice(-8);
    for (const text of [code, `注册 ${code}`, `验证手机号 ${code}`]) await push(mobile, text);
    expect((await status(mobile, stranger.uuid, 'RESET_PASSWORD')).state).toBe('WAITING');
    await push(mobile, stranger.text);
    const { ticket } = await status(mobile, stranger.uuid, 'RESET_PASSWORD');
    expect(decodeJwt(String(ticket))).toMatchObject({ sub: mobile, purpose: 'RESET_PASSWORD' });
    expect(await status(mobile, stranger.uuid)).toMatchObject({ state: 'EXPIRED', ticket: null });
  });

  test('given wrong texts by the dozen from a mobile, when a code or a text is asked for, then nothing is counted against it', async () => {
    const mobile = shop.newMobile();
    const before = await shop.redis.keys(`*${mobile}*`);
    for (let i = 0; i < 30; i++) await push(mobile, `注册 CDFGHJK${'34679'[i % 5]}`);
    expect(await shop.redis.keys(`*${mobile}*`)).toEqual(before);
  });

  test('given a store that is gone, when a message comes, then its provider is told to come again, and it confirms then', async () => {
    const mobile = shop.newMobile();
    const { uuid, text } = await offered(mobile);
    await shop.redisServer.pause();
    const answer = await push(mobile, text);
    shop.redisServer.resume();
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    await waitUntil('it is taken', async () => (await push(mobile, text)).status === 200);
    expect((await status(mobile, uuid)).state).toBe('CONFIRMED');
  });

  test('given INBOUND_ALWAYS unset, when it is asked for at once, then the answer says so, and the captcha is still there', async () => {
    const captcha = await shop.seededCaptcha();
    const { body } = await shop.api().query(START, { mobile: shop.newMobile(), ...captcha });
    expect(body.data?.startInboundVerification).toEqual({
      code: 400,
      reason: 'INBOUND_NOT_OFFERED',
      errmsg: '此处不支持发送短信验证',
      inbound: null,
    });
    expect(await shop.redis.exists(`img:${captcha.uuid}`)).toBe(1);
  });

  test('given a provider that is not named, when something comes in its name, then there is no such path', async () => {
    const response = await fetch(`${shop.server.url}/inbound/${SECRET}/aliyun`, { method: 'POST', body: '[]' });
    expect(response.status).toBe(404);
  });

  test('given all of that, when the logs are read, then they hold no text, no whole mobile and no secret', async () => {
    const logs = shop.servers.map(({ stdout, stderr }) => stdout + stderr).join('');
    expect(logs).toContain('"event":"inbound-started"');
    expect(logs).toContain('"event":"inbound-confirmed"');
    expect(logs).not.toMatch(/138001\d{5}/);
    expect(logs).not.toMatch(/(注册|重置密码) [A-Z0-9]{8}/);
    expect(logs).not.toContain(SECRET);
  });

  test('given no INBOUND_NUMBERS, when any of it is asked for, then there is none of it', async () => {
    const settings = { ...shop.environment, INBOUND_NUMBERS: '', REDIS_KEY_PREFIX: '' };
    const server = await new ServerProcess(settings).ready();
    const mobile = shop.newMobile();
    const post = async (query: string, variables: object) => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      return ((await response.json()) as { data: Record<string, unknown> }).data;
    };
    const captcha = await shop.seededCaptcha();
    expect((await post(SEND, { mobile, ...captcha })).sendSmsCode).toMatchObject({
      reason: 'QUOTA_EXCEEDED',
      inbound: null,
    });
    const refused = { reason: 'INBOUND_NOT_OFFERED' };
    expect((await post(START, { mobile, ...captcha })).startInboundVerification).toMatchObject(refused);
    expect((await post(STATUS, { mobile, uuid: captcha.uuid })).inboundStatus).toMatchObject({
      ...refused,
      state: null,
    });
    expect((await push(mobile, 'x', 0, server.url)).status).toBe(404);
    await server.stop();
  }, 60_000);
});
