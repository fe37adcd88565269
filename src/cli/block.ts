import { loadConfig } from '../config/config';
import { mobileOf, reasonArgument, spanArgument } from './arguments';
import type { Command } from './command';
import { audit, withOperator } from './operator-session';
import { spanOf } from './table';

/** Never sends to a number; its people see QUOTA_EXCEEDED. */
export const block: Command = {
  usage: 'MOBILE --reason TEXT [--for 30d] [--json]',
  options: { reason: { type: 'string' }, for: { type: 'string' } },
  async run(call) {
    const config = loadConfig();
    const mobile = mobileOf(call, config);
    const reason = reasonArgument(call);
    const forMs = spanArgument(call, '30d');
    return withOperator(config, async (session) => {
      await audit(session, { change: 'block', mobile, reason, forMs });
      await session.operator.list(mobile, 'blocked', reason, forMs);
      return {
        done: true,
        json: { mobile, list: 'blocked', reason, forSeconds: forMs / 1000 },
        lines: [`${mobile} is blocked for ${spanOf(forMs)}: nothing is sent to it`],
      };
    });
  },
};
