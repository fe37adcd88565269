import { loadConfig } from '../config/config';
import { mobileOf, reasonArgument, spanArgument } from './arguments';
import type { Command } from './command';
import { audit, withOperator } from './operator-session';
import { spanOf } from './table';

/**
 * Spares a number its own caps of an hour and a day, and that of strangers who ask for it. Cooldown, budget, lockout and the limits of
 * clients and networks hold.
 */
export const allow: Command = {
  usage: 'MOBILE --reason TEXT [--for 24h] [--json]',
  options: { reason: { type: 'string' }, for: { type: 'string' } },
  async run(call) {
    const config = loadConfig();
    const mobile = mobileOf(call, config);
    const reason = reasonArgument(call);
    const forMs = spanArgument(call, '24h');
    return withOperator(config, async (session) => {
      await audit(session, { change: 'allow', mobile, reason, forMs });
      await session.operator.list(mobile, 'allowed', reason, forMs);
      return {
        done: true,
        json: { mobile, list: 'allowed', reason, forSeconds: forMs / 1000 },
        lines: [
          `${mobile} is allowed for ${spanOf(forMs)}: its caps of an hour and a day, and that of strangers who ask for it (allowance-mobile), refuse nothing; cooldown, budget, lockout, and the limits of clients and networks hold`,
        ],
      };
    });
  },
};
