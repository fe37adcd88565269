import { once } from 'node:events';
import { Agent, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type App, createApp } from '../../src/app';
import { loadConfig } from '../../src/config/config';
import { createLog } from '../../src/log';
import type { SmsMessage, SmsOutcome } from '../../src/sms/sender';
import { MemoryStore } from '../../src/store/memory/memory-store';
import { SEND_SMS_CODE } from '../harness/api-client';
import { waitUntil } from '../harness/wait-until';

const [QUICK, SLOW] = ['13800138001', '13800138002'];

class WatchedStore extends MemoryStore {
  closed = 0;
  override async close(): Promise<void> {
    this.closed += 1;
  }
}

describe('A server that drains', () => {
  let app: App;
  let store: WatchedStore;
  let port: number;
  const agent = new Agent({ keepAlive: true });
  /** By mobile: lets its message be taken. */
  const waiting = new Map<string, () => void>();

  beforeEach(async () => {
    store = new WatchedStore();
    waiting.clear();
    const send = ({ mobile }: SmsMessage) =>
      new Promise<SmsOutcome>((resolve) =>
        waiting.set(mobile, () => resolve({ class: 'accepted', provider: 'console', providerCode: 'OK' })),
      );
    app = await createApp(loadConfig({}), createLog('silent'), { store, sender: { name: 'console', send } });
    app.http.listen(0, '127.0.0.1');
    await once(app.http, 'listening');
    port = (app.http.address() as AddressInfo).port;
  });
  afterEach(() => agent.destroy());

  /** Asks for a message over a connection that the client would keep; what becomes of answer and connection. */
  async function ask(mobile: string) {
    await store.issueCaptcha({ uuid: mobile, text: 'HAPPY', ttlMs: 300_000, limits: [] });
    const headers = { 'content-type': 'application/json' };
    const call = request({ agent, host: '127.0.0.1', port, path: '/graphql', method: 'POST', headers });
    const state = { answered: false, closed: false };
    call.on('socket', (socket) => socket.once('close', () => (state.closed = true)));
    call.on('error', () => undefined);
    call.on('response', (response) => response.resume().once('end', () => (state.answered = true)));
    call.end(JSON.stringify({ query: SEND_SMS_CODE, variables: { mobile, imageCode: 'HAPPY', uuid: mobile } }));
    await waitUntil('the provider is asked', () => waiting.has(mobile));
    return state;
  }

  test('answers what is under way, ends each connection once its answer is out, and closes the store last of all', async () => {
    const [quick, slow] = [await ask(QUICK), await ask(SLOW)];
    let gone = false;
    const closed = app.close(60_000).then(() => {
      gone = true;
    });
    waiting.get(QUICK)?.();
    await waitUntil('the first is answered', () => quick.answered);
    // A connection that waits for the client's next request is kept for 5 s and more.
    const late = setTimeout(() => waiting.get(SLOW)?.(), 4_000);
    await waitUntil('its connection ends', () => quick.closed);
    expect(slow).toEqual({ answered: false, closed: false });
    expect([gone, store.closed]).toEqual([false, 0]);
    clearTimeout(late);
    waiting.get(SLOW)?.();
    await closed;
    expect(store.closed).toBe(1);
    // The client of this process may read it a moment after the server has closed the connection.
    await waitUntil('the second is answered', () => slow.answered);
  });

  test('cuts what is not answered in time, and closes the store all the same', async () => {
    const stuck = await ask(SLOW);
    await app.close(200);
    expect(store.closed).toBe(1);
    await waitUntil('its connection ends', () => stuck.closed);
    expect(stuck.answered).toBe(false);
  });
});
