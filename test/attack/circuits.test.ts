import { describeWithRedis } from '../harness/redis-server';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';
import type { StandIn } from '../sms/stand-in/stand-in';
import { startTwilioStandIn } from '../sms/stand-in/twilio-stand-in';

const ACCOUNT = { accountSid: 'AC0123456789abcdef0123456789abcdef', authToken: 'twilio-secret' };

describeWithRedis('A stranger who asks for what the first of two providers is not set up for', () => {
  let twilio: StandIn;
  let shop: Shop;
  beforeAll(async () => {
    twilio = await startTwilioStandIn(ACCOUNT);
    shop = await Shop.open({
      ...NO_CLIENT_LIMITS,
      SMS_PROVIDERS: 'twilio,ronglian',
      TWILIO_ACCOUNT_SID: ACCOUNT.accountSid,
      TWILIO_AUTH_TOKEN: ACCOUNT.authToken,
      TWILIO_FROM: '+15005550006',
      TWILIO_BASE_URL: twilio.url,
    });
    // The second sends to none of these numbers: nothing is charged, so the stranger can go on for ever.
    shop.standIn.behave('refuse');
  });
  afterAll(async () => {
    await shop?.close();
    await twilio?.close();
  });

  const send = async (mobile: string) => (await shop.api().sendSmsCode({ mobile, ...(await shop.solved()) })).reason;

  test.each([
    ['a number outside the trial', '21608'],
    ['a country that is not allowed', '21408'],
    ['a country that the sender can’t write to', '21606'],
  ])('%s, ten times: everybody else is sent to through it', async (_, code) => {
    twilio.behave({ code });
    const mobile = shop.newMobile();
    for (let i = 0; i < 10; i++) expect(await send(mobile)).toBe('SMS_REJECTED');
    twilio.behave('accept');
    const other = shop.newMobile();
    expect(await send(other)).toBe('OK');
    expect(twilio.accepted.at(-1)?.mobile).toBe(other);
  });
});
