import { loadConfig } from '../config/config';
import { mobileOf } from './arguments';
import type { Command } from './command';
import { audit, withOperator } from './operator-session';

/** Takes a number off the list that it is on, blocked or allowed. Its counts stay: `reset` forgets those. */
export const unblock: Command = {
  usage: 'MOBILE [--json]',
  async run(call) {
    const config = loadConfig();
    const mobile = mobileOf(call, config);
    return withOperator(config, async (session) => {
      await audit(session, { change: 'unblock', mobile });
      const list = await session.operator.unlist(mobile);
      return {
        done: list !== undefined,
        json: { mobile, was: list ?? null },
        lines: [list ? `${mobile} is no longer ${list}` : `${mobile} was on no list`],
      };
    });
  },
};
