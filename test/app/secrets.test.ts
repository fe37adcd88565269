import { captchaOf } from '../harness/api-client';
import { describeWithRedis } from '../harness/redis-server';
import { RONGLIAN_ACCOUNT } from '../harness/ronglian';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';
import { waitUntil } from '../harness/wait-until';
import { RECEIPT_PROVIDERS } from '../sms/stand-in/receipt-pushes';

const RECEIPTS_SECRETS = ['b1946ac92492d2347c6235b4d2611184', 'Zm9vYmFyYmF6cXV4Zm9vYmFy_-'];

describeWithRedis('What the log keeps to itself, at its most talkative', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open({
      ...NO_CLIENT_LIMITS,
      SMS_PER_CLIENT_HOUR: '1000',
      LOG_LEVEL: 'trace',
      RECEIPTS_SECRET: RECEIPTS_SECRETS.join(),
      SMS_TIMEOUT_MS: '1500',
      REDIS_TIMEOUT_MS: '1500',
    });
  }, 60_000);

  afterAll(() => shop?.close());

  test('no code, captcha text, whole mobile or credential, whatever happens', async () => {
    const api = shop.api();
    const mobiles: string[] = [];
    const uuids: string[] = [];
    const texts: string[] = [];
    const codes: string[] = [];
    const send = async () => {
      const mobile = shop.newMobile();
      const { uuid } = await api.imageCaptcha();
      const imageCode = await captchaOf(shop.redis, uuid);
      mobiles.push(mobile);
      uuids.push(String(uuid));
      texts.push(imageCode);
      const sent = await api.sendSmsCode({ mobile, imageCode, uuid: String(uuid) });
      // Of a refused message no code stays in Redis; the provider has seen it.
      const body: { datas?: string[] } = JSON.parse(shop.standIn.requests.at(-1)?.body ?? '{}');
      codes.push(String(body.datas?.[0]));
      return { mobile, uuid: String(uuid), reason: sent.reason };
    };

    const reasons = new Set<string>();
    for (const mode of [
      'accept',
      'refuse',
      'throttle',
      'misconfigured',
      'system-error',
      'hang-after-accept',
      'reset',
      'garbage',
    ] as const) {
      shop.standIn.behave(mode);
      reasons.add((await send()).reason);
    }
    // Receipts: of a message that was not confirmed, of one that is not ours, forged ones, and what is none.
    const ofUnknown = () => shop.server.logs.filter((line) => line.class === 'unknown');
    await waitUntil('a line of one that was not confirmed', () => ofUnknown().length > 0);
    const unconfirmed = ofUnknown()[0]?.smsId;
    const receipt = {
      messageId: '8613800138000',
      mobile: String(mobiles[0]),
      delivered: false,
      code: String(mobiles[0]),
    };
    const ronglian = RECEIPT_PROVIDERS.find(({ name }) => name === 'ronglian');
    for (const secret of [...RECEIPTS_SECRETS, 'a-secret-that-is-a-guess']) {
      for (const smsId of [String(unconfirmed), String(mobiles[0])]) {
        const path = `/receipts/${secret}/ronglian`;
        const { headers, body } = ronglian?.push({ ...receipt, smsId }, path) ?? { headers: {}, body: '' };
        for (const text of [body, `${body}}`])
          await fetch(shop.server.url + path, { method: 'POST', headers, body: text });
        await fetch(`${shop.server.url}${path}?${mobiles[0]}`);
      }
    }
    shop.standIn.behave('accept');
    const { mobile, uuid } = await send();
    // Refused: by the cooldown, for a captcha used before, for a wrong one.
    const again = await shop.solved();
    await api.sendSmsCode({ mobile, ...again });
    await api.sendSmsCode({ mobile, ...again });
    const missed = await shop.solved();
    await api.sendSmsCode({ mobile, imageCode: 'QXZQXZ', uuid: missed.uuid });
    await api.sendSmsCode({ mobile: '23800138000', imageCode: 'QXZQXZ', uuid: missed.uuid });
    texts.push(again.imageCode, missed.imageCode, 'QXZQXZ');
    uuids.push(again.uuid, missed.uuid);
    for (const guess of ['918273', shop.lastCode(), shop.lastCode()]) await api.verifySmsCode(mobile, guess, uuid);
    await api.query(`mutation { sendSmsCode(mobile: "${mobile}", imageCode: 7, uuid: "u") { code } }`);
    await api.query('mutation ($m: Int) { verifySmsCode(mobile: $m, smsCode: "918273") { code } }', { m: mobile });
    await api.query(`{ "${mobile}`);
    // Redis refuses commands with errors in which the client repeats their arguments.
    const unlucky = shop.newMobile();
    await shop.redis.rpush(`{sms:${unlucky}}:hour`, 'no window');
    reasons.add((await api.sendSmsCode({ mobile: unlucky, ...(await shop.seededCaptcha()) })).reason);
    await shop.redis.rpush(`{sms:${unlucky}}:failures`, 'no number');
    reasons.add((await api.verifySmsCode(unlucky, '564739', 'u')).reason);
    const clients = (await shop.redis.keys('{client:*')).map((key) => /^\{client:([^}]+)/.exec(key)?.[1] ?? key);
    expect(clients).not.toHaveLength(0);
    await shop.redisServer.kill();
    reasons.add((await api.sendSmsCode({ mobile, imageCode: 'HAPPY', uuid: 'u' })).reason);
    shop.server.kill('SIGTERM');
    await shop.server.exited;

    // Every kind of line was written.
    const events = new Set(shop.server.logs.map(({ event }) => event));
    expect(events).toEqual(
      new Set(['send', 'receipt', 'resolved', 'refused', 'captcha-wrong', 'code-right', 'code-wrong', undefined]),
    );
    expect([...reasons].sort()).toEqual(['OK', 'SERVICE_UNAVAILABLE', 'SMS_REJECTED', 'SMS_UNCONFIRMED']);
    const output = shop.server.stdout + shop.server.stderr;
    for (const secret of [
      ...mobiles,
      ...uuids,
      unlucky,
      '23800138000',
      // The client's address, and what stands for it in the store.
      '127.0.0.1',
      ...clients,
      ...codes,
      '918273',
      '564738',
      '564739',
      ...Object.values(RONGLIAN_ACCOUNT),
      ...RECEIPTS_SECRETS,
      'a-secret-that-is-a-guess',
    ]) {
      expect(output).not.toContain(secret);
    }
    for (const text of texts) expect(output.toLowerCase()).not.toContain(`"${text.toLowerCase()}"`);
    // The mobile can be recognised by whoever knows it, and every send has left a line.
    const sends = shop.server.logs.filter(({ event }) => event === 'send');
    expect(sends.map(({ mobile: masked }) => masked)).toEqual(mobiles.map((m) => `${m.slice(0, 3)}****${m.slice(7)}`));
    expect(sends.map(({ class: outcome }) => outcome)).toEqual([
      'accepted',
      'refused',
      'throttled',
      'misconfigured',
      'unknown',
      'unknown',
      'unknown',
      'unknown',
      'accepted',
    ]);
  }, 60_000);
});

describeWithRedis('The console sender, for development', () => {
  test('prints the code on one line that a person finds, and that code is good', async () => {
    const shop = await Shop.open({ SMS_PROVIDERS: 'console' });
    const api = shop.api();
    const captcha = await shop.solved();
    await api.sendSmsCode({ mobile: '13800138000', ...captcha });
    await waitUntil('the line is printed', () => shop.server.stdout.includes('verification code'));
    const [line, ...more] = shop.server.logs.filter(({ msg }) => msg.includes('verification code'));
    expect(more).toEqual([]);
    expect(line).toMatchObject({ level: 30, mobile: '13800138000' });
    const code = /^SMS to 13800138000: verification code (\d{6}), valid 5 minutes/.exec(line?.msg ?? '')?.[1];
    expect(await api.verifySmsCode('13800138000', String(code), captcha.uuid)).toMatchObject({ reason: 'OK' });
    await shop.close();
  }, 60_000);
});
