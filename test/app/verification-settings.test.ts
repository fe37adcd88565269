import { ApiClient } from '../harness/api-client';
import { ensurePage } from '../harness/built-page';
import { type Environment, type ServerProcess, startServer } from '../harness/server-process';

const FIELDS =
  'codeLength codeExpiresIn cooldown captchaLength spokenCaptchaLength captchaExpiresIn captchaKinds countries callingCodes purposes tickets inbound';
const INBOUND = {
  RECEIPTS_SECRET: 'b1946ac92492d2347c6235b4d2611184',
  SMS_PROVIDERS: 'webhook',
  WEBHOOK_URL: 'http://127.0.0.1:9/',
  WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  INBOUND_NUMBERS: '1069012345678',
};

/** What a server is without any setting. */
const DEFAULTS = {
  ...{ codeLength: 6, codeExpiresIn: 300, cooldown: 60 },
  ...{ captchaLength: 5, spokenCaptchaLength: 6, captchaExpiresIn: 300, captchaKinds: ['IMAGE', 'AUDIO'] },
  ...{ countries: ['CN'], callingCodes: ['86'] },
  purposes: ['REGISTER', 'LOGIN', 'RESET_PASSWORD', 'CHANGE_MOBILE', 'CONFIRM_PAYMENT', 'GENERIC'],
  ...{ tickets: false, inbound: false },
};

describe('How a server is set up, as clients and the page are told', () => {
  let server: ServerProcess | undefined;
  beforeAll(ensurePage);
  afterEach(() => server?.stop());

  test.each<[string, Environment, Partial<typeof DEFAULTS>]>([
    ['nothing set', {}, {}],
    [
      'lifetimes and a cooldown of their own',
      { CAPTCHA_TTL_SECONDS: '120', SMS_CODE_TTL_SECONDS: '90', SMS_COOLDOWN_SECONDS: '30' },
      { captchaExpiresIn: 120, codeExpiresIn: 90, cooldown: 30 },
    ],
    ['no cooldown', { SMS_COOLDOWN_SECONDS: '0' }, { cooldown: 0 }],
    ['tickets', { TICKET_SECRET: 'a secret that two services of one shop share' }, { tickets: true }],
    [
      'more countries',
      { SMS_COUNTRIES: 'HK,CN,SG' },
      { countries: ['HK', 'CN', 'SG'], callingCodes: ['852', '86', '65'] },
    ],
    ['messages from people, where a send failed', INBOUND, {}],
    ['messages from people, at once', { ...INBOUND, INBOUND_ALWAYS: 'true' }, { inbound: true }],
  ])(
    'given %s',
    async (_, environment, differs) => {
      server = await startServer(environment);
      const settings = { ...DEFAULTS, ...differs };
      const { body } = await new ApiClient(server.url).query(`{ verificationSettings { ${FIELDS} } }`);
      expect(body).toEqual({ data: { verificationSettings: settings } });
      const html = await (await fetch(server.url)).text();
      const [, json = ''] = /id="page-config">(.*?)<\/script>/s.exec(html) ?? [];
      expect(JSON.parse(json).settings).toEqual(settings);
    },
    60_000,
  );
});
