import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createApp } from '../../src/app';
import { loadConfig } from '../../src/config/config';
import { createLog } from '../../src/log';
import { ApiClient } from '../harness/api-client';

const HOUR = 60 * 60 * 1000;

test.each([-HOUR, HOUR])(
  'given a clock that is set by %d ms while the provider is asked, then the wait told is the cooldown all the same',
  async (ms) => {
    const realNow = Date.now;
    let ahead = 0;
    // Before the server is made, which may keep the clock that it finds.
    jest.spyOn(Date, 'now').mockImplementation(() => realNow() + ahead);
    const send = async () => {
      ahead = ms;
      return { class: 'accepted' as const, provider: 'console' as const, providerCode: '0' };
    };
    const app = await createApp(loadConfig({}), createLog('silent'), { sender: { name: 'console', send } });
    app.http.listen(0, '127.0.0.1');
    await once(app.http, 'listening');
    const url = `http://127.0.0.1:${(app.http.address() as AddressInfo).port}`;
    try {
      const api = new ApiClient(url);
      const { uuid } = await api.imageCaptcha();
      const imageCode = await api.captchaAnswer(uuid);
      const sent = await api.sendSmsCode({ mobile: '13800138000', imageCode, uuid: String(uuid) });
      expect(sent).toMatchObject({ reason: 'OK', retryAfter: 60 });
    } finally {
      jest.restoreAllMocks();
      await app.close(0);
    }
  },
);
