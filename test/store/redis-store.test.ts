import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { openAgedRedis } from './aged-redis';
import { describeStore } from './contract';

describeWithRedis('on a real redis-server', () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());

  describeStore('on Redis', () => openAgedRedis(server.url, { watched: true }));
});
