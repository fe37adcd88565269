import { userInfo } from 'node:os';
import type { Config } from '../config/config';
import { KeyedHash } from '../keyed-hash';
import { countryLimits, LimitRules } from '../limits/rules';
import { maskedMobile } from '../log';
import { mobileId } from '../observability/event-log';
import { openStore } from '../store/open-store';
import type { OperatorStore } from '../store/operator-store';
import type { OpenedStore } from '../store/store';
import { CommandError } from './command';

const IN_PROCESS =
  "The in-process store lives in the server's process, where no command reaches it: this needs a store on Redis (REDIS_URL)";

export interface OperatorSession {
  config: Config;
  store: OpenedStore;
  operator: OperatorStore;
  rules: LimitRules;
}

/**
 * Does something on the store of the server's settings, and closes it.
 * @throws CommandError where that store can't be reached from outside; StoreUnavailableError.
 */
export async function withOperator<T>(config: Config, work: (session: OperatorSession) => Promise<T>): Promise<T> {
  if (config.store.kind === 'memory') throw new CommandError(IN_PROCESS);
  const store = await openStore(config.store);
  const { countries, countryBudgets } = config.sms;
  const rules = new LimitRules(config.limits, config.captcha.ttlMs, countryLimits(countries, countryBudgets));
  try {
    return await work({ config, store, operator: store.operator, rules });
  } finally {
    await store.close();
  }
}

export interface Change {
  /** The command that made it. */
  change: string;
  mobile: string;
  reason?: string;
  /** How long it holds, ms. */
  forMs?: number;
}

/** What stands for a mobile in the servers' logs; undefined where each process has a key of its own. */
export function loggedId({ clientHashIsRandom, clientHashSecret }: Config, mobile: string): string | undefined {
  return clientHashIsRandom ? undefined : mobileId(new KeyedHash(clientHashSecret), mobile);
}

/** Leaves a change in the log of the servers and in the number's history. Before it is made, so that none is made without. */
export async function audit({ config, operator }: OperatorSession, { mobile, ...change }: Change): Promise<void> {
  const id = loggedId(config, mobile);
  const who = { by: operatorName(), asked: new Date().toISOString() };
  const line = { event: 'operator', ...change, ...who, mobile: maskedMobile(mobile), mobileId: id };
  await operator.leaveAudit(JSON.stringify(line));
  const event = { at: Date.now(), event: 'operator', change: change.change, reason: change.reason } as const;
  await operator.noteAll([{ mobile, event }]);
}

/** Containers may run under a number that has no name. */
function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.()}`;
  }
}
