import { describeFailover } from '../cluster/describe-failover';
import { RedisSentinelSet } from '../harness/redis-sentinel';
import { describeWithRedis } from '../harness/redis-server';

describeWithRedis('Two servers on a primary that sentinels watch', () => {
  describeFailover(
    () => RedisSentinelSet.start(),
    [
      {
        name: 'killed',
        fail: async (set) => {
          const primary = await set.primary();
          await primary.kill();
          return primary;
        },
        mend: (lost) => lost.restart(),
      },
      {
        name: 'stopped, its connections open,',
        fail: async (set) => {
          const primary = await set.primary();
          primary.pause();
          return primary;
        },
        mend: (lost) => lost.resume(),
      },
      {
        name: 'replaced in good order',
        fail: (set) => set.switchOver(),
        mend: () => undefined,
      },
    ],
  );
});
