import { SmsIds } from '../../src/verification/sms-ids';
import { ApiClient } from '../harness/api-client';
import type { Environment } from '../harness/server-process';
import { scrape } from '../observability/exposition';
import { INBOUND_STAND_INS } from '../sms/stand-in/inbound-stand-ins';
import { RECEIPT_PROVIDERS } from '../sms/stand-in/receipt-pushes';
import { MEGABYTE, PATIENCE_MS, Victim } from './support/victim';

const SECRET = 'b1946ac92492d2347c6235b4d2611184';
const HASH_SECRET = 'a secret that only these servers know';
const OWN = 200;
/** So many each of pushes that are foreign, duplicates, far too large, and forged: some thousands in as little time as the machine needs. */
const EACH = Math.max(1_000, Number(process.env.HOSTILE_REQUESTS ?? 0) / 6);
const BATCH = 300;
const ALIYUN: Environment = {
  // So little that whatever is kept ends the process.
  NODE_OPTIONS: '--max-old-space-size=96',
  SMS_PROVIDERS: 'aliyun',
  ...RECEIPT_PROVIDERS.find(({ name }) => name === 'aliyun')?.environment('http://127.0.0.1:9'),
  RECEIPTS_SECRET: SECRET,
  CLIENT_HASH_SECRET: HASH_SECRET,
  LOG_EVENTS: 'none',
};

describe('A flood of receipts', () => {
  let victim: Victim;

  beforeAll(async () => {
    victim = await Victim.start(ALIYUN);
  }, 120_000);

  afterAll(() => victim?.stop());

  const report = (out_id: string) => ({
    out_id,
    success: true,
    err_code: 'DELIVRD',
    report_time: '2026-01-31 08:00:05',
  });
  const path = `/receipts/${SECRET}/aliyun`;
  const headers = { 'content-type': 'application/json' };

  test('ends nothing, keeps nothing, counts each message once, and others are served', async () => {
    const ids = new SmsIds(HASH_SECRET, Date.now);
    const own = Array.from({ length: OWN }, () => ids.next());
    const strangers = new SmsIds('another secret', Date.now);
    const statuses = new Map<number, number>();
    const push = async (to: string, body: string) => {
      const { status } = await victim.request(to, { method: 'POST', headers, body });
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    };
    const batch = JSON.stringify(Array.from({ length: BATCH }, () => report(strangers.next())));
    const large = ' '.repeat(MEGABYTE);
    await victim.each(EACH, async (n) => {
      await push(path, JSON.stringify([report(own[n % OWN] ?? '')]));
      await push(path, JSON.stringify([report(strangers.next())]));
      await push(path.replace('b', 'c'), JSON.stringify([report(own[n % OWN] ?? '')]));
      if (n % 10 === 0) await push(path, batch);
      if (n % 40 === 0) await push(path, large);
    });
    expect(await victim.otherClientWaits()).toBeLessThan(PATIENCE_MS);
    // A connection that is cut in the middle of 1 MB may break before its answer is read.
    expect(statuses.get(404)).toBe(EACH);
    expect([...statuses.keys()].filter((status) => ![0, 200, 404, 413, 503].includes(status))).toEqual([]);

    const { value } = await scrape(victim.server.url);
    const counted = (metric: string, labels: string) =>
      value(`sms_verification_${metric}{provider="aliyun",${labels}}`);
    expect(counted('deliveries_total', 'outcome="delivered",carrier_code="DELIVRD"')).toBe(OWN);
    expect(counted('receipts_ignored_total', 'reason="duplicate"')).toBe(EACH - OWN - (statuses.get(503) ?? 0));
    await victim.expectRecovered();
  }, 300_000);
});

const START = `mutation ($uuid: String!, $imageCode: String!) {
  startInboundVerification(mobile: "13800138000", uuid: $uuid, imageCode: $imageCode) { inbound { text } }
}`;

describe('A flood of messages from mobiles', () => {
  let victim: Victim;

  beforeAll(async () => {
    // With what a developer has, which tells a captcha's answer.
    const inbound = { INBOUND_NUMBERS: '1069012345678', INBOUND_ALWAYS: 'true' };
    victim = await Victim.start({ ...ALIYUN, ...inbound, NODE_ENV: 'development', TRUST_PROXY: '1' });
  }, 120_000);

  afterAll(() => victim?.stop());

  const push = async (from: string, text: string, secret = SECRET) => {
    const { headers, body } = INBOUND_STAND_INS.aliyun?.push({ from, text }, '', 0) ?? {};
    return (await victim.request(`/inbound/${secret}/aliyun`, { method: 'POST', headers, body })).status;
  };

  test('ends nothing, keeps nothing, and the one message that is waited for confirms once', async () => {
    const api = new ApiClient(victim.server.url, { 'x-forwarded-for': '198.51.100.7' });
    const { uuid } = await api.imageCaptcha();
    const { text: imageCode } = JSON.parse((await victim.request(`/dev/captcha?uuid=${uuid}`)).text);
    const { body } = await api.query(START, { uuid, imageCode });
    const started = body.data?.startInboundVerification as unknown as { inbound: { text: string } };
    const { text } = started.inbound;
    const statuses = new Map<number, number>();
    const note = (status: number) => statuses.set(status, (statuses.get(status) ?? 0) + 1);
    await victim.each(EACH, async (n) => {
      const stranger = String(13_900_000_000 + n);
      note(await push(stranger, text));
      note(await push('13800138000', `${text.slice(0, -8)}K7QMXWT9`));
      expect(await push('13800138000', text, SECRET.replace('b', 'c'))).toBe(404);
      if (n >= EACH / 2) note(await push('13800138000', text));
      if (n % 40 === 0)
        await victim.request(`/inbound/${SECRET}/aliyun`, { method: 'POST', body: ' '.repeat(MEGABYTE) });
    });
    expect(await victim.otherClientWaits()).toBeLessThan(PATIENCE_MS);
    expect([...statuses.keys()].filter((status) => ![200, 503].includes(status))).toEqual([]);

    const { value } = await scrape(victim.server.url);
    expect(value('sms_verification_inbound_total{result="confirmed"}')).toBe(1);
    await victim.expectRecovered();
  }, 300_000);
});
