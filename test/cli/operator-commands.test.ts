import { Redis } from 'ioredis';
import { RedisCluster } from '../harness/redis-cluster';
import { describeWithRedis, startRedis } from '../harness/redis-server';
import { describeOperatorCommands } from './describe-operator';

describeWithRedis('an operator', () => {
  describeOperatorCommands('one Redis', async () => {
    const server = await startRedis();
    const client = new Redis(server.url);
    return {
      url: server.url,
      client,
      async close() {
        client.disconnect();
        await server.close();
      },
    };
  });

  describeOperatorCommands('a cluster', async () => {
    const cluster = await RedisCluster.start();
    const client = cluster.connect();
    return {
      url: cluster.url,
      client,
      async close() {
        client.disconnect();
        await cluster.close();
      },
    };
  });
});
