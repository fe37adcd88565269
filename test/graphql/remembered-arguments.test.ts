import { CaptchaResolver } from '../../src/graphql/captcha-resolver';
import { GraphqlServer } from '../../src/graphql/graphql-server';
import { createSchema } from '../../src/graphql/schema';
import { SettingsResolver } from '../../src/graphql/settings-resolver';
import { SmsCodeResolver } from '../../src/graphql/sms-code-resolver';
import { createLog } from '../../src/log';
import { Reason } from '../../src/verification/reasons';

const CONTEXT = { client: { id: 'c', network: 'n', parent: 'p' }, language: 'en', device: 'd' } as const;
const SEND =
  'mutation ($mobile: String!, $imageCode: String!, $uuid: String!, $purpose: VerificationPurpose! = LOGIN) { sendSmsCode(mobile: $mobile, imageCode: $imageCode, uuid: $uuid, purpose: $purpose) { code } }';
const SENT = { mobile: '13800138000', imageCode: 'abcde', uuid: 'u' };
const VERIFY =
  'mutation ($mobile: String!, $smsCode: String!, $uuid: String, $purpose: VerificationPurpose) { verifySmsCode(mobile: $mobile, smsCode: $smsCode, uuid: $uuid) { code } }';
const VERIFIED = { mobile: '13800138000', smsCode: '123456' };

/** A text that is remembered is run by a plan of its own: what the services are asked must not depend on that. */
describe('What a service is asked, by a text that is new and by one that is remembered', () => {
  const calls: unknown[][] = [];
  let server: GraphqlServer;

  beforeEach(async () => {
    calls.length = 0;
    const asked =
      (name: string) =>
      async (...args: unknown[]) => {
        calls.push([name, ...args]);
        return { reason: Reason.OK };
      };
    const settings = {
      ...{ captchaExpiresIn: 300, codeExpiresIn: 300, cooldown: 60, tickets: false },
      ...{ countries: ['CN'], callingCodes: ['86'] },
    };
    const schema = createSchema({
      captcha: new CaptchaResolver({ issue: asked('issue') } as never),
      settings: new SettingsResolver(settings),
      smsCode: new SmsCodeResolver({ send: asked('send'), verify: asked('verify') } as never),
    });
    server = new GraphqlServer(schema, { development: false, log: createLog('silent') });
    await server.start();
  });
  afterEach(() => server.stop());

  test.each<[string, string, object, unknown[]]>([
    ['a variable by its default', SEND, SENT, ['send', { ...SENT, purpose: 'LOGIN' }, CONTEXT]],
    [
      'a variable that is given all the same',
      SEND,
      { ...SENT, purpose: 'RESET_PASSWORD' },
      ['send', { ...SENT, purpose: 'RESET_PASSWORD' }, CONTEXT],
    ],
    [
      'an argument that is left out',
      SEND.replace(', purpose: $purpose', '').replace(', $purpose: VerificationPurpose! = LOGIN', ''),
      SENT,
      ['send', { ...SENT, purpose: 'REGISTER' }, CONTEXT],
    ],
    [
      'a variable of no value, for an argument with a default',
      VERIFY.replace('uuid: $uuid', 'uuid: $uuid, purpose: $purpose').replace('Purpose)', 'Purpose = GENERIC)'),
      { ...VERIFIED, uuid: 'u' },
      ['verify', { ...VERIFIED, uuid: 'u', purpose: 'GENERIC' }, CONTEXT],
    ],
    [
      'an optional one that is left out',
      VERIFY.replace(', $purpose: VerificationPurpose', ''),
      VERIFIED,
      ['verify', { ...VERIFIED, uuid: undefined, purpose: 'REGISTER' }, CONTEXT],
    ],
    [
      'an optional one that is null',
      VERIFY.replace(', $purpose: VerificationPurpose', ''),
      { ...VERIFIED, uuid: null },
      ['verify', { ...VERIFIED, uuid: undefined, purpose: 'REGISTER' }, CONTEXT],
    ],
    [
      'an optional one that is left out and has the name of something that every object has',
      VERIFY.replace(', $purpose: VerificationPurpose', '').replaceAll('$uuid', '$constructor'),
      VERIFIED,
      ['verify', { ...VERIFIED, uuid: undefined, purpose: 'REGISTER' }, CONTEXT],
    ],
    [
      'values that stand in the text',
      'mutation { sendSmsCode(mobile: "13800138000", imageCode: "abcde", uuid: "u", purpose: CONFIRM_PAYMENT) { code } }',
      {},
      ['send', { ...SENT, purpose: 'CONFIRM_PAYMENT' }, CONTEXT],
    ],
    [
      'a picture, which nobody asked for by name',
      '{ imageCaptcha { code } }',
      {},
      ['issue', 'IMAGE', CONTEXT.client, 'en', 'd'],
    ],
    [
      'speech',
      'query ($kind: CaptchaKind! = IMAGE) { imageCaptcha(kind: $kind) { code } }',
      { kind: 'AUDIO' },
      ['issue', 'AUDIO', CONTEXT.client, 'en', 'd'],
    ],
  ])('given %s', async (_, query, variables, call) => {
    const request = { method: 'POST', headers: { 'content-type': 'application/json' }, search: '' };
    for (let times = 0; times < 3; times += 1) {
      expect(await server.handle({ ...request, body: { query, variables } }, CONTEXT)).toMatchObject({ status: 200 });
    }
    expect(calls).toEqual([call, call, call]);
  });
});
