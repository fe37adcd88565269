import type { StoreKeys } from '../keys';
import type { ListName, OperatorStore } from '../operator-store';
import type { RedisCommands } from './redis-commands';

/** What operators see and change on Redis. All that is about a mobile lives in one slot, so that a cluster needs nothing else. */
export class RedisOperatorStore implements OperatorStore {
  constructor(
    private readonly commands: RedisCommands,
    private readonly keys: StoreKeys,
  ) {}

  async list(mobile: string, list: ListName, reason: string, lifeMs: number): Promise<void> {
    const key = this.keys.listed(mobile);
    const [, now] = await this.commands.run('check', [key, key], ['0 0']);
    await this.commands.set(key, `${list} ${now} ${reason}`, lifeMs);
  }

  async unlist(mobile: string): Promise<ListName | undefined> {
    const [status, , value] = await this.commands.run('take', [this.keys.listed(mobile)], []);
    return status === 'ok' ? (String(value).split(' ')[0] as ListName) : undefined;
  }
}
