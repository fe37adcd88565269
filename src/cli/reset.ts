import { loadConfig } from '../config/config';
import { mobileOf } from './arguments';
import type { Command } from './command';
import { audit, withOperator } from './operator-session';

/** Nobody's: only a mobile's own limits are taken. */
const NO_CLIENT = { id: '', network: '', parent: '' };

/** Forgets a number's cooldown and caps, so that the next message is not refused by them. */
export const reset: Command = {
  usage: 'MOBILE [--lockout] [--json]',
  options: { lockout: { type: 'boolean' } },
  async run(call) {
    const config = loadConfig();
    const mobile = mobileOf(call, config);
    const lockout = call.values.lockout === true;
    return withOperator(config, async (session) => {
      const limits = session.rules.send(mobile, NO_CLIENT).filter(({ subject }) => subject.kind === 'mobile');
      await audit(session, { change: lockout ? 'reset, lockout too' : 'reset', mobile });
      const counts = await session.operator.reset(mobile, limits, lockout);
      const what = lockout ? 'messages and wrong codes' : 'messages';
      return {
        done: true,
        json: { mobile, counts, lockout },
        lines: [`${mobile}: ${counts} counts of ${what} forgotten. Its live codes stay good.`],
      };
    });
  },
};
