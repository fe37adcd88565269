import { MemoryStore } from '../../src/store/memory/memory-store';
import { describeStore } from './contract';

describeStore('in this process', async () => {
  let now = Date.UTC(2026, 0, 1);
  const store = new MemoryStore(() => now);
  return {
    store,
    advance: async (ms) => {
      now += ms;
    },
    close: () => store.close(),
  };
});
