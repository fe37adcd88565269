import type { ClusterOptions, RedisOptions } from 'ioredis';
import { openRedisClient } from '../../src/store/redis/redis-client';
import { redisTarget } from '../../src/store/redis/redis-target';

describe('REDIS_URL', () => {
  const PASSWORD = 'p:a/s@s%';
  const encoded = encodeURIComponent(PASSWORD);

  test('of a sentinel set: its name, its user with a password of any characters, and its database reach the client', () => {
    const target = redisTarget(`redis+sentinel://shop:${encoded}@one:26380,two,[::1]:5/the%20primary/3`);
    expect(target).toEqual({
      kind: 'sentinel',
      sentinels: [
        { host: 'one', port: 26_380 },
        { host: 'two', port: 26_379 },
        { host: '::1', port: 5 },
      ],
      name: 'the primary',
      username: 'shop',
      password: PASSWORD,
      db: 3,
    });
    const client = openRedisClient(target, 1_000);
    expect(client.options).toMatchObject({ name: 'the primary', username: 'shop', password: PASSWORD, db: 3 });
    client.disconnect();
  });

  test('of a sentinel set with no more than it needs', () => {
    expect(redisTarget('redis+sentinel://one/shop')).toEqual({
      kind: 'sentinel',
      sentinels: [{ host: 'one', port: 26_379 }],
      name: 'shop',
    });
  });

  test.each([
    ['one Redis', `redis://shop:${encoded}@one:6380/3`],
    ['one Redis over TLS', `rediss://shop:${encoded}@one:6380/3`],
  ])('of %s: user, password and database reach the client', (_, url) => {
    const client = openRedisClient(redisTarget(url), 1_000);
    expect(client.options).toMatchObject({ host: 'one', port: 6_380, username: 'shop', password: PASSWORD, db: 3 });
    expect((client.options as RedisOptions).tls !== undefined).toBe(url.startsWith('rediss:'));
    client.disconnect();
  });

  test.each([
    ['rediss', {}],
    ['redis', undefined],
  ])('of a cluster by %s: user, password and TLS of the first seed are for all nodes', (scheme, tls) => {
    const client = openRedisClient(redisTarget(`${scheme}://shop:${encoded}@one:1, ${scheme}://two:2`), 1_000);
    const { redisOptions } = client.options as ClusterOptions;
    expect(redisOptions).toMatchObject({ username: 'shop', password: PASSWORD });
    // Not by toMatchObject, for which undefined has all that {} has.
    expect(redisOptions?.tls).toEqual(tls);
    client.disconnect();
  });

  test.each([
    'redis://one/notadb',
    'redis://one/1.5',
    'redis://one/-1',
    'redis://one/1/2',
    'redis://one, redis://two/x',
  ])('whose database is no number: %s', (url) =>
    expect(() => redisTarget(url)).toThrow(/^must end with the number of a database, or with none$/),
  );

  test.each([
    'redis://shop:hunter2%zz@one',
    'redis://hunter2%@one',
    'redis+sentinel://shop:hunter2%@one/primary',
    'redis+sentinel://one/hunter2%zz',
  ])('with a percent sign that is not encoded, and which is not repeated: %s', (url) => {
    expect(() => redisTarget(url)).toThrow(/^must write a % in its user, password or name as %25$/);
  });

  test('with a # that is not encoded: what follows would be lost, host and all', () => {
    // Before the # stands a port that is no number.
    expect(() => redisTarget('redis://shop:hunter2#3@one:6379')).toThrow(/^must be redis:/);
    expect(() => redisTarget('redis://shop#hunter2@one:6379')).toThrow(/^must write a # in its password as %23$/);
  });
});
