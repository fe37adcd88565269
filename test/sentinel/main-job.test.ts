import { describeMainJob } from '../cluster/describe-main-job';
import { RedisSentinelSet } from '../harness/redis-sentinel';
import { describeWithRedis } from '../harness/redis-server';

describeWithRedis('Two servers on a primary that sentinels watch', () => {
  describeMainJob(() => RedisSentinelSet.start());
});
