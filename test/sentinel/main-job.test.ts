import { describeMainJob } from '../cluster/describe-main-job';
import { RedisSentinelSet } from '../support/redis-sentinel';
import { describeWithRedis } from '../support/redis-server';

describeWithRedis('Two servers on a primary that sentinels watch', () => {
  describeMainJob(() => RedisSentinelSet.start());
});
