import { createSender, type SenderLog, type SmsSettings } from '../../src/sms/create-sender';
import { createNumbering } from '../../src/sms/numbering';
import { newMessage, PATIENT_MS } from './contract';
import { startAliyunStandIn } from './stand-in/aliyun-stand-in';
import type { StandIn } from './stand-in/stand-in';
import { startTwilioStandIn } from './stand-in/twilio-stand-in';
import { startWebhookStandIn } from './stand-in/webhook-stand-in';

const ALIYUN = { accessKeyId: 'LTAI5tExampleKeyId', accessKeySecret: 'aliyun-secret' };
const TWILIO = { accountSid: 'AC0123456789abcdef0123456789abcdef', authToken: 'twilio-secret' };
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const SILENT = { info: () => undefined, warn: () => undefined, error: () => undefined };

describe('SMS_PROVIDERS_BY_COUNTRY=CN:aliyun,webhook;*:twilio,webhook', () => {
  let aliyun: StandIn;
  let twilio: StandIn;
  let webhook: StandIn;
  beforeEach(async () => {
    [aliyun, twilio, webhook] = await Promise.all([
      startAliyunStandIn(ALIYUN),
      startTwilioStandIn(TWILIO),
      startWebhookStandIn({ secret: SECRET }),
    ]);
  });
  afterEach(() => Promise.all([aliyun.close(), twilio.close(), webhook.close()]));

  async function send(mobile: string, log: SenderLog = SILENT) {
    const settings: SmsSettings = {
      providers: ['aliyun', 'webhook', 'twilio'],
      byCountry: { CN: ['aliyun', 'webhook'], HK: ['twilio', 'webhook'], MO: ['webhook'], US: ['twilio', 'webhook'] },
      timeoutMs: PATIENT_MS,
      aliyun: { ...ALIYUN, signName: '美多商城', templateCode: 'SMS_1', endpoint: aliyun.url },
      twilio: { ...TWILIO, sender: { from: '+15005550006' }, baseUrl: twilio.url },
      webhook: { url: webhook.url, secrets: [SECRET] },
    };
    const { countryOf } = createNumbering(['CN', 'HK', 'MO', 'US']);
    const sender = await createSender(settings, { log, countryOf });
    return sender.send({ ...newMessage(), mobile });
  }
  const took = (standIn: StandIn) => standIn.accepted.map(({ mobile }) => mobile);

  test('each number is served by those of its country, in their order', async () => {
    expect(await send('13105551234')).toMatchObject({ class: 'accepted', provider: 'aliyun' });
    expect(await send('+13105551234')).toMatchObject({ class: 'accepted', provider: 'twilio' });
    expect(await send('+85291234567')).toMatchObject({ class: 'accepted', provider: 'twilio' });
    expect([took(aliyun), took(twilio), took(webhook)]).toEqual([
      ['13105551234'],
      ['+13105551234', '+85291234567'],
      [],
    ]);
  });

  test('the next is tried within the list of the country, and nobody else', async () => {
    for (const standIn of [aliyun, twilio]) standIn.behave('misconfigured');
    expect(await send('+85291234567')).toMatchObject({ class: 'accepted', provider: 'webhook' });
    expect(aliyun.requests).toEqual([]);
    expect(await send('13800138000')).toMatchObject({ class: 'accepted', provider: 'webhook' });
    expect(twilio.requests).toHaveLength(1);
    webhook.behave('misconfigured');
    expect(await send('+85291234567')).toMatchObject({ class: 'misconfigured', provider: 'webhook' });
    expect(took(webhook)).toEqual(['+85291234567', '13800138000']);
  });

  test('where the next of its country is tried, the log tells of the one before; of one that is alone, whoever asked does', async () => {
    const told: object[] = [];
    const tell = (fields: object) => told.push(fields);
    const log = { info: tell, warn: tell, error: tell };
    for (const standIn of [twilio, webhook]) standIn.behave('misconfigured');
    expect(await send('+85366123456', log)).toMatchObject({ class: 'misconfigured', provider: 'webhook' });
    expect(told).toEqual([]);
    webhook.behave('accept');
    expect(await send('+85291234567', log)).toMatchObject({ class: 'accepted', provider: 'webhook' });
    expect(told).toMatchObject([{ class: 'misconfigured', provider: 'twilio' }]);
  });

  test('a country without a list is sent nothing', async () => {
    expect(await send('+6581234567')).toMatchObject({
      class: 'refused',
      providerCode: 'no-provider',
      fault: 'number',
    });
    expect([aliyun, twilio, webhook].flatMap((standIn) => standIn.requests)).toEqual([]);
  });

  test('an answer that repeats a number abroad, in any grouping, is withheld', async () => {
    twilio.behave({ messageId: 'to-9123-4567' });
    const outcome = await send('+85291234567');
    expect(outcome).toMatchObject({ class: 'accepted' });
    expect(JSON.stringify(outcome)).not.toContain('4567');
  });
});
