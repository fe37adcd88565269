import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { type App, createApp } from '../../src/app';
import { loadConfig } from '../../src/config/config';
import { MemoryStore } from '../../src/store/memory/memory-store';
import { ApiClient, IMAGE_CAPTCHA, SEND_SMS_CODE, VERIFY_SMS_CODE } from '../harness/api-client';
import type { LogLine } from '../harness/server-process';
import { scrape } from '../observability/exposition';

const MOBILE = '13800138000';
const SEND = { mobile: MOBILE, imageCode: 'HAPPY', uuid: 'mine' };

/** A store with a fault, such as a programmer makes. */
class FaultyStore extends MemoryStore {
  override issueCaptcha(): never {
    throw new TypeError("Cannot read properties of undefined (reading 'length')");
  }

  override reserveSend(): never {
    throw new TypeError("Cannot read properties of undefined (reading 'limits')");
  }

  override checkCode(): never {
    throw new TypeError("Cannot read properties of undefined (reading 'code')");
  }
}

describe('A fault of this program is called one', () => {
  let app: App;
  let api: ApiClient;
  let url: string;
  const logs: LogLine[] = [];
  const sent: unknown[] = [];

  async function start(store: MemoryStore, outcome: 'accepted' | 'refused' = 'accepted'): Promise<void> {
    logs.length = 0;
    sent.length = 0;
    const log = pino({ base: undefined }, { write: (line) => void logs.push(JSON.parse(line)) });
    const send = async (message: unknown) => {
      sent.push(message);
      return { class: outcome, provider: 'console' as const, providerCode: 'x' };
    };
    app = await createApp(loadConfig({}), log, { store, sender: { name: 'console', send } });
    app.http.listen(0, '127.0.0.1');
    await once(app.http, 'listening');
    url = `http://127.0.0.1:${(app.http.address() as AddressInfo).port}`;
    api = new ApiClient(url);
  }

  afterEach(() => app.close(0));

  test.each([
    ['imageCaptcha', IMAGE_CAPTCHA, undefined],
    ['sendSmsCode', SEND_SMS_CODE, SEND],
    ['verifySmsCode', VERIFY_SMS_CODE, { mobile: MOBILE, smsCode: '123456', uuid: 'mine' }],
  ])(
    '%s: INTERNAL_SERVER_ERROR, logged with its stack, counted as ERROR, and no word about a message',
    async (operation, query, variables) => {
      await start(new FaultyStore());
      // The second time the text is remembered.
      for (let i = 0; i < 2; i++) {
        const { status, body, text } = await api.query(query, variables);
        expect(status).toBe(200);
        expect(body).toEqual({
          data: null,
          errors: [
            {
              message: 'Internal server error',
              locations: [expect.anything()],
              path: [operation],
              extensions: { code: 'INTERNAL_SERVER_ERROR' },
            },
          ],
        });
        expect(text).not.toMatch(/undefined|TypeError|SERVICE_UNAVAILABLE|SMS_|短信/);
      }
      const faults = logs.filter(({ level }) => level >= 50);
      expect(faults).toHaveLength(2);
      for (const fault of faults) {
        expect(fault).toMatchObject({
          path: [operation],
          stack: expect.stringMatching(/^TypeError: .*\n\s+at .*faults/),
        });
      }
      expect(logs.map(({ msg }) => msg).join()).not.toMatch(/No code could be|No captcha could be|unavailable/);
      expect(sent).toEqual([]);

      const { value } = await scrape(url);
      const answered = (reason: string) =>
        value(`sms_verification_operation_duration_seconds_count{operation="${operation}",reason="${reason}"}`);
      expect(answered('ERROR')).toBe(2);
      expect(answered('SERVICE_UNAVAILABLE') ?? 0).toBe(0);
    },
  );

  test('one while a refused message is refunded: the same, though the message was handed over', async () => {
    class ForgetfulStore extends MemoryStore {
      override refundSend(): never {
        throw new RangeError('Invalid array length');
      }
    }
    const store = new ForgetfulStore();
    await start(store, 'refused');
    await store.issueCaptcha({ uuid: 'mine', text: 'HAPPY', ttlMs: 300_000, limits: [] });
    const { body } = await api.query(SEND_SMS_CODE, SEND);
    expect(body.errors?.map(({ message, extensions }) => [message, extensions.code])).toEqual([
      ['Internal server error', 'INTERNAL_SERVER_ERROR'],
    ]);
    expect(sent).toHaveLength(1);
    expect(logs.filter(({ level }) => level >= 50)).toEqual([
      expect.objectContaining({ stack: expect.stringMatching(/^RangeError: /) }),
    ]);
  });
});
