import { aliyunReceipts } from '../../src/sms/aliyun/aliyun-receipts';
import type { ProviderPush } from '../../src/sms/provider-push';
import type { DeliveryOutcome, Receipt } from '../../src/sms/receipts';
import { twilioReceiptParser } from '../../src/sms/twilio/twilio-receipts';
import { RECEIPTS_URL, twilioPush } from './stand-in/receipt-pushes';

const ID = '3f2b8a6c9d1e4f70a1b2c3d4e5f60718';

function received(body: string, headers = {}, query = ''): ProviderPush {
  return { headers, body, target: `/receipts/s/p${query}`, query: new URLSearchParams(query) };
}

/** What a mainland provider's receipt says, given the carrier's code. */
function fromMainland(err_code: string, success = false): Receipt | undefined {
  return aliyunReceipts.parse(received(JSON.stringify([{ out_id: ID, success, err_code }]))).receipts[0];
}

function fromTwilio(ErrorCode: string): Receipt | undefined {
  const { headers, body, query } = twilioPush(
    { MessageStatus: 'undelivered', ErrorCode },
    `/receipts/s/p?smsId=${ID}`,
    'token',
  );
  return twilioReceiptParser('token', RECEIPTS_URL).parse(received(body, headers, query)).receipts[0];
}

type Failures = Readonly<Record<Exclude<DeliveryOutcome, 'delivered'>, string>>;

/** CMPP's states, and the codes of China Mobile's gateways and of providers. */
const MAINLAND: Failures = {
  // Expired on the way, switched off, out of reach, full, suspended, refused by the network for now.
  'temporary-failure':
    'EXPIRED UNDELIV MK:0005 MK:0010 MK:0012 MK:0013 MK:0023 MI:0013 MI:0024 DB:0102 IB:0072 MOBILE_NOT_ON_SERVICE MOBILE_SEND_LIMIT IS_CLOSED 002',
  // Nobody's number, black-listed, refused by its owner, a phone that takes none.
  'permanent-failure':
    'MK:0000 MK:0001 MI:0000 MI:0210 DB:0101 CB:0001 CB:0053 DB:0144 MBBLACK DBBLACK BLACK USER_REJECT MOBILE_ACCOUNT_ABNORMAL MOBILE_IN_BLACK MOBILE_TERMINAL_ERROR 004',
  // Dropped by carrier or provider: route, text, signature, or nobody says.
  'technical-failure':
    'REJECTD DELETED ACCEPTD UNKNOWN NOROUTE NOROUTER ROUTEERR TIMEOUT IB:0008 IB:0011 DB:0107 DB:0108 DB:0142 MK:0002 MK:0014 MK:0115 CONTENT_KEYWORD CONTENT_ERROR SIGNATURE_BLACKLIST SP_NOT_BY_SMGW SP_UNKNOWN_ERROR STATE_UNKNOWN -106',
};

/** www.twilio.com/docs/api/errors */
const TWILIO: Failures = {
  'temporary-failure': '30003 30017 30022',
  'permanent-failure': '21610 30004 30005 30006 30011',
  'technical-failure':
    '30001 30002 30007 30008 30009 30010 30018 30019 30020 30021 30023 30024 30032 30034 30410 30450 30453 63038',
};

describe.each([
  ['of mainland carriers', MAINLAND, fromMainland],
  ['of Twilio', TWILIO, fromTwilio],
] as const)('Codes %s', (_, failures, receiptOf) => {
  test.each(Object.entries(failures))('%s', (outcome, codes) => {
    for (const carrierCode of codes.split(' ')) expect(receiptOf(carrierCode)).toMatchObject({ outcome, carrierCode });
  });

  test.each(['NEW:0001', '', 'mk:0001', 'MK:00011', '300031', 'toString'])('%j, which no list has', (code) => {
    expect(receiptOf(code)).toMatchObject({ outcome: 'technical-failure', carrierCode: 'other' });
  });
});

test.each(['DELIVRD', 'DELIVERED', '0', '000'])('%s is told of a message that arrived', (code) => {
  expect(fromMainland(code, true)).toMatchObject({ outcome: 'delivered', carrierCode: code });
  // Where the provider contradicts it, it is the provider that counts.
  expect(fromMainland(code, false)).toMatchObject({ outcome: 'technical-failure', carrierCode: 'other' });
});

test.each(['MBBLACK', 'EXPIRED', 'REJECTD'])('%s of a message that arrived all the same is no failure', (code) => {
  expect(fromMainland(code, true)).toMatchObject({ outcome: 'delivered', carrierCode: 'other' });
});
