import { ApiClient } from '../harness/api-client';
import { RONGLIAN_ACCOUNT } from '../harness/ronglian';
import { startServer } from '../harness/server-process';
import { waitUntil } from '../harness/wait-until';

/** The system's resolver while a name server hangs. It says on stderr what it is asked. */
const HANGS = `import dns from 'node:dns';
  const { lookup } = dns;
  dns.lookup = (host, ...rest) => {
    if (!host.endsWith('.example')) return lookup(host, ...rest);
    process.stderr.write('asked for ' + host + '\\n');
  };`;

test('given a name server that hangs, when messages go out to a provider there, then each is refused in time, and no look-ups pile up', async () => {
  // Node asks the system for few hosts at a time: behind a pile of look-ups, Redis' host would never be looked up.
  const server = await startServer({
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(HANGS)}`,
    SMS_PROVIDERS: 'ronglian',
    SMS_TIMEOUT_MS: '300',
    RONGLIAN_ACCOUNT_SID: RONGLIAN_ACCOUNT.accountSid,
    RONGLIAN_AUTH_TOKEN: RONGLIAN_ACCOUNT.authToken,
    RONGLIAN_APP_ID: '8aaf0708624670f201625f0c6b4e0d1c',
    RONGLIAN_BASE_URL: 'https://sms.example:8883',
  });
  const api = new ApiClient(server.url);
  for (let i = 0; i < 5; i++) {
    const { uuid } = await api.imageCaptcha();
    const imageCode = await api.captchaAnswer(uuid);
    const sent = await api.sendSmsCode({ mobile: `1380013800${i}`, imageCode, uuid: String(uuid) });
    // It was never reached, so the message costs nobody anything.
    expect(sent).toMatchObject({ reason: 'SMS_REJECTED' });
  }
  await waitUntil('its log is read', () => server.logs.filter(({ providerCode }) => providerCode).length === 5);
  expect(server.logs.flatMap(({ providerCode }) => providerCode ?? [])).toEqual(Array(5).fill('connect-timeout'));
  expect(server.stderr).toBe('asked for sms.example\n');
  await server.stop();
}, 60_000);
