import { openStore } from '../../src/store/open-store';
import { describeWithRedis, startRedis } from '../harness/redis-server';
import { captcha } from './requests';

/** So long that Redis answers within it on a busy machine. */
const TIMEOUT_MS = 1_200;

describeWithRedis('a process that is busy until after a deadline', () => {
  test('given an answer that came in time, when it is read only then, then it is taken, and the call does not fail', async () => {
    const server = await startRedis();
    const target = { kind: 'single', url: server.url } as const;
    const store = await openStore({ kind: 'redis', target, timeoutMs: TIMEOUT_MS });
    try {
      // Redis has the script from then on, so that its answer is the first one.
      await store.issueCaptcha(captcha({ uuid: 'first' }));
      const issued = store.issueCaptcha(captcha());
      const beBusy = () => {
        const until = performance.now() + TIMEOUT_MS + 300;
        let now = 0;
        while (now < until) now = performance.now();
      };
      // The command goes out at the end of this turn, just before this; its answer waits in the socket from then on.
      process.nextTick(() => setImmediate(beBusy));
      expect(await issued).toEqual({ status: 'ok' });
    } finally {
      await store.close();
      await server.close();
    }
  });
});
