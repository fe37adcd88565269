import { RedisCluster } from '../harness/redis-cluster';
import { describeWithRedis } from '../harness/redis-server';
import { describeFailover } from './describe-failover';

describeWithRedis('Two servers on a cluster of three primaries with a replica each', () => {
  describeFailover(
    () => RedisCluster.start(),
    [
      { name: 'killed', fail: (cluster) => cluster.killPrimaryOf('budget:day'), mend: (lost) => lost.restart() },
      {
        name: 'stopped, its connections open,',
        fail: async (cluster) => {
          const primary = await cluster.primaryOf('budget:day');
          primary.pause();
          return primary;
        },
        mend: (lost) => lost.resume(),
      },
    ],
  );
});
