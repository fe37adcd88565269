import { MemoryStore } from '../../src/store/memory/memory-store';
import { describeStore, type StoreSubject } from './contract';

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
