import { MemoryStore } from '../../src/store/memory/memory-store';
import { describeStore, type StoreSubject } from './contract';
import { codeCheck, RIGHT, reserveSolved, SECOND } from './requests';

/** @param tickMs by how much the clock moves on whenever it is looked at, as it may on a busy machine in the middle of a step. */
const inThisProcess = (tickMs: number) => async (): Promise<StoreSubject> => {
  let now = Date.UTC(2026, 0, 1);
  const clock = () => {
    now += tickMs;
    return now;
  };
  const store = new MemoryStore(clock);
  return {
    store,
    advance: async (ms) => {
      now += ms;
    },
    close: () => store.close(),
  };
};

describeStore('in this process', inThisProcess(0));
describeStore('in this process, under a clock that moves on within a step', inThisProcess(1));

test('given a clock that was set back, when a code is right, then no earlier one of its purpose is good any more', async () => {
  let now = Date.UTC(2026, 0, 1);
  const store = new MemoryStore(() => now);
  await reserveSolved(store, 'earlier', { code: '111111' });
  await reserveSolved(store, 'latest', { code: RIGHT });
  now -= SECOND;
  expect((await store.checkCode(codeCheck({ uuid: 'latest' }))).status).toBe('ok');
  expect((await store.checkCode(codeCheck({ uuid: 'earlier', code: '111111' }))).status).toBe('expired');
  await store.close();
});
