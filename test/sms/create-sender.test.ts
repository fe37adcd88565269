import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { createSender, type SmsSettings } from '../../src/sms/create-sender';
import type { SmsAttempt } from '../../src/sms/failover-sender';
import { newMessage, PATIENT_MS } from './contract';
import { startAliyunStandIn } from './stand-in/aliyun-stand-in';
import { startRonglianStandIn } from './stand-in/ronglian-stand-in';
import type { StandIn, StandInMode } from './stand-in/stand-in';
import { startTencentStandIn } from './stand-in/tencent-stand-in';

const RONGLIAN = { accountSid: 'aaf98f894f4fbec2014f5b3cc2c1017b', authToken: 'ronglian-secret' };
const ALIYUN = { accessKeyId: 'LTAI5tExampleKeyId', accessKeySecret: 'aliyun-secret' };
const TENCENT = { secretId: 'AKIDExampleSecretId', secretKey: 'tencent-secret' };

/** A log that keeps its lines as text. */
function keptLog() {
  const lines: string[] = [];
  const keep = (level: string) => (fields: object, msg: string) =>
    lines.push(JSON.stringify({ level, ...fields, msg }));
  return { lines, info: keep('info'), warn: keep('warn'), error: keep('error') };
}

const SDKS = [
  ...['@alicloud', '@alicloud/dysmsapi20170525', '@alicloud/dypnsapi20170525'],
  ...['tencentcloud-sdk-nodejs-sms', 'standardwebhooks'],
];

describe('createSender', () => {
  let aliyun: StandIn;
  let ronglian: StandIn;
  let tencent: StandIn;
  let settings: Omit<SmsSettings, 'providers'>;
  beforeEach(async () => {
    [aliyun, ronglian, tencent] = await Promise.all([
      startAliyunStandIn(ALIYUN),
      startRonglianStandIn(RONGLIAN),
      startTencentStandIn(TENCENT),
    ]);
    settings = {
      timeoutMs: PATIENT_MS,
      ronglian: { ...RONGLIAN, appId: 'app', templateId: '1', baseUrl: ronglian.url },
      aliyun: { ...ALIYUN, signName: '美多商城', templateCode: 'SMS_1', endpoint: aliyun.url },
      tencent: {
        ...TENCENT,
        sdkAppId: '1400006666',
        signName: '美多商城',
        templateId: '1',
        region: 'ap-guangzhou',
        endpoint: tencent.url,
      },
      aliyunAuth: { ...ALIYUN, signName: '速通互联验证码', templateCode: '100001', endpoint: aliyun.url },
      webhook: { url: 'http://127.0.0.1:9', secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] },
      twilio: { accountSid: 'AC1', authToken: 'twilio-secret', sender: { from: '+1' }, baseUrl: 'http://127.0.0.1:9' },
    };
  });
  afterEach(() => Promise.all([aliyun.close(), ronglian.close(), tencent.close()]));

  const received = () => [...aliyun.accepted, ...ronglian.accepted, ...tencent.accepted];

  test('uses the providers in their order, under one id for a send', async () => {
    const log = keptLog();
    const attempts: SmsAttempt[] = [];
    const onAttempt = (attempt: SmsAttempt) => attempts.push(attempt);
    const sender = await createSender(
      { ...settings, providers: ['tencent', 'aliyun', 'ronglian'] },
      { log, onAttempt },
    );
    tencent.behave('misconfigured', { latencyMs: 100 });
    aliyun.behave('refuse');
    const message = newMessage();
    const begun = performance.now();

    expect(await sender.send(message)).toMatchObject({ class: 'accepted', provider: 'ronglian' });
    expect(attempts.map(({ id, outcome }) => [id, outcome.provider])).toEqual([
      [message.id, 'tencent'],
      [message.id, 'aliyun'],
      [message.id, 'ronglian'],
    ]);
    expect(JSON.parse(tencent.requests[0]?.body ?? '')).toMatchObject({ SessionContext: message.id });
    expect(aliyun.requests[0]?.query.get('OutId')).toBe(message.id);
    expect(JSON.parse(ronglian.requests[0]?.body ?? '')).toMatchObject({ reqId: message.id });
    const lines = log.lines.map((line) => JSON.parse(line));
    expect(lines).toMatchObject([
      { level: 'error', smsId: message.id, provider: 'tencent' },
      { level: 'warn', smsId: message.id, provider: 'aliyun' },
    ]);
    // In ms, and as long as it took; a timer may fire a little early.
    expect(lines[0].durationMs).toBeGreaterThan(90);
    expect(lines[0].durationMs).toBeLessThan(performance.now() - begun + 1);
  });

  test('a lone provider that does not take a message: nobody was passed over, and no line says so', async () => {
    const log = keptLog();
    const sender = await createSender({ ...settings, providers: ['aliyun'] }, { log });
    for (const mode of ['refuse', 'misconfigured'] as const) {
      aliyun.behave(mode);
      await sender.send(newMessage());
    }
    expect(log.lines).toEqual([]);
  });

  test.each<StandInMode>(['hang-after-accept', 'reset', 'http-500', 'garbage', 'system-error', 'throttle'])(
    'first provider plays %j: no other provider gets the message',
    async (mode) => {
      const timeoutMs = mode === 'hang-after-accept' ? 500 : PATIENT_MS;
      const sender = await createSender(
        { ...settings, timeoutMs, providers: ['aliyun', 'ronglian'] },
        { log: keptLog() },
      );
      aliyun.behave(mode);
      expect((await sender.send(newMessage())).class).toBe(mode === 'throttle' ? 'throttled' : 'unknown');
      expect(ronglian.requests).toEqual([]);
      expect(received().length).toBeLessThanOrEqual(1);
    },
  );

  test('first provider unreachable: the second gets the message', async () => {
    const sender = await createSender({ ...settings, providers: ['aliyun', 'ronglian'] }, { log: keptLog() });
    await aliyun.close();
    expect(await sender.send(newMessage())).toMatchObject({ class: 'accepted', provider: 'ronglian' });
    expect(received()).toHaveLength(1);
  });

  test('an open circuit shows in the log, and no line tells a code, a mobile or a credential', async () => {
    const log = keptLog();
    const sender = await createSender({ ...settings, providers: ['tencent', 'aliyun', 'ronglian'] }, { log });
    tencent.behave('misconfigured');
    aliyun.behave('refuse');
    const messages = Array.from({ length: 8 }, newMessage);
    for (const message of messages) await sender.send(message);

    expect(log.lines.filter((line) => line.includes('circuit open')).map((line) => JSON.parse(line))).toMatchObject([
      { level: 'warn', provider: 'tencent' },
    ]);
    const told = log.lines.join('\n').replaceAll(/"smsId":"\w+"/g, '');
    expect(told).not.toContain('secret');
    for (const { code, mobile } of messages) {
      expect(told).not.toContain(code);
      expect(told).not.toContain(mobile);
    }
  });

  test('a provider that works again is told once, as nothing to worry about', async () => {
    const log = keptLog();
    const sender = await createSender({ ...settings, providers: ['tencent', 'ronglian'] }, { log });
    tencent.behave('misconfigured');
    for (let i = 0; i < 5; i++) await sender.send(newMessage());
    tencent.behave('accept');
    const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now() + 31_000);
    for (let i = 0; i < 3; i++) expect(await sender.send(newMessage())).toMatchObject({ provider: 'tencent' });
    clock.mockRestore();
    const lines = log.lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg.includes('circuit'));
    expect(lines.map(({ level, provider, msg }) => [level, provider, msg.replace(/:.*/, '')])).toEqual([
      ['warn', 'tencent', 'SMS provider keeps failing'],
      ['info', 'tencent', 'SMS provider works again'],
    ]);
  });

  test('the console sender tells its last code', async () => {
    const log = keptLog();
    const sender = await createSender({ providers: ['console'], timeoutMs: 500 }, { log });
    const message = newMessage();
    expect(await sender.send(message)).toMatchObject({ class: 'accepted', provider: 'console' });
    expect(sender.console?.lastCode(message.mobile)).toBe(message.code);
    expect(log.lines).toHaveLength(1);
  });

  test('a number for tests is never sent anything, and every other is', async () => {
    const testNumbers = [{ mobile: '13800000000', code: '246810' }];
    const sender = await createSender({ ...settings, providers: ['ronglian'], testNumbers }, { log: keptLog() });
    const message = { ...newMessage(), mobile: '13800000000' };
    expect(await sender.send(message)).toEqual({
      class: 'accepted',
      provider: 'test-number',
      providerCode: 'not-sent',
      messageId: message.id,
    });
    expect(ronglian.requests).toEqual([]);
    expect(await sender.send(newMessage())).toMatchObject({ class: 'accepted', provider: 'ronglian' });
  });

  test.each(['aliyun', 'ronglian', 'tencent'] as const)('%s: a purpose has its own template', async (provider) => {
    const templates = { LOGIN: 'SMS_LOGIN' };
    const own = { ...settings, [provider]: { ...settings[provider], templates } };
    const sender = await createSender({ ...own, providers: [provider] }, { log: keptLog() });
    await sender.send({ ...newMessage(), purpose: 'LOGIN' });
    await sender.send({ ...newMessage(), purpose: 'REGISTER' });
    const [{ requests }] = [{ aliyun, ronglian, tencent }[provider]];
    const sent = requests.map(({ query, body }) => `${query} ${body}`);
    expect(sent.map((request) => request.includes('SMS_LOGIN'))).toEqual([true, false]);
  });

  test('a named provider without settings, or no provider at all, is an error at the start', async () => {
    const bare = { timeoutMs: 500 };
    await expect(createSender({ ...bare, providers: ['aliyun'] }, { log: keptLog() })).rejects.toThrow(/aliyun/);
    await expect(createSender({ ...bare, providers: [] }, { log: keptLog() })).rejects.toThrow(/provider/);
  });

  test.each([
    { providers: ['console'], loaded: [] },
    { providers: ['ronglian'], loaded: [] },
    { providers: ['aliyun'], loaded: ['@alicloud', '@alicloud/dysmsapi20170525'] },
    { providers: ['tencent'], loaded: ['tencentcloud-sdk-nodejs-sms'] },
    { providers: ['aliyun-auth'], loaded: ['@alicloud', '@alicloud/dypnsapi20170525'] },
    { providers: ['webhook'], loaded: ['standardwebhooks'] },
    { providers: ['twilio'], loaded: [] },
  ])(
    '$providers loads the SDKs $loaded only',
    ({ providers, loaded }) => {
      const script = `
      const { createSender } = require('./src/sms/create-sender.ts');
      const log = { info() {}, warn() {}, error() {} };
      createSender(JSON.parse(process.argv[1]), { log }).then(() => {
        const loaded = ${JSON.stringify(SDKS)}.filter((name) =>
          Object.keys(require.cache).some((file) => file.includes('/node_modules/' + name + '/')));
        process.stdout.write(JSON.stringify(loaded));
      });`;
      const args = ['--require', 'tsx/cjs', '--eval', script, JSON.stringify({ ...settings, providers })];
      const answer = execFileSync(process.execPath, args, { cwd: path.join(__dirname, '../..') });
      expect(JSON.parse(answer.toString())).toEqual(loaded);
    },
    60_000,
  );
});
