import { type Config, loadConfig } from '../config/config';
import type { LimitRules } from '../limits/rules';
import type { SlidingWindowLimit } from '../limits/sliding-window-limit';
import { type Call, type Command, UsageError } from './command';
import { type Circuits, circuitsHere } from './metrics-port';
import { withOperator } from './operator-session';
import { table } from './table';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** An overview of the shop: what an operator looks at first. */
export const status: Command = {
  usage: '[--json]',
  async run({ positionals }: Call) {
    if (positionals.length > 0) throw new UsageError('status takes no arguments');
    const config = loadConfig();
    return withOperator(config, async ({ operator, rules }) => {
      const now = Date.now();
      const overAll = budgetsOf(config.sms.countries, rules);
      const [nodes, uses, hour, day, circuits] = await Promise.all([
        operator.nodes(),
        operator.uses(overAll),
        operator.totals(HOUR_MS, now),
        operator.totals(DAY_MS, now),
        circuitsHere(config),
      ]);
      const budgets = overAll.map(({ subject, cap }, i) => ({
        budget: subject.kind === 'country' ? `budget ${subject.id}` : 'budget',
        used: uses[i]?.used ?? 0,
        of: cap,
      }));
      const names = [...new Set([...Object.keys(day), ...Object.keys(hour)])].sort().reverse();
      const counts = Object.fromEntries(names.map((name) => [name, { hour: hour[name] ?? 0, day: day[name] ?? 0 }]));
      const stores = nodes.map(({ name, version, usedMemory, answeredInMs }) =>
        [name, version ?? 'version not told', usedMemory, `answered in ${answeredInMs} ms`].filter(Boolean).join(', '),
      );
      const { providers } = config.sms;
      return {
        done: true,
        json: { store: nodes, providers, circuits: circuits.open ?? null, budgets, counts },
        lines: [
          ...table([
            ['store', `Redis ${stores.join('; ')}`],
            ['providers', providers.join(', ')],
            ['circuits', circuitWords(config, circuits)],
            ...budgets.map(({ budget, used, of }) => [
              budget,
              `${used} of ${of} messages in 24 hours (${Math.floor((100 * used) / of)} %)`,
            ]),
            ...(budgets.length === 0 ? [['budget', 'none: SMS_DAILY_BUDGET=0']] : []),
          ]),
          '',
          ...table([
            ['', 'last hour', 'last day'],
            ...names.map((name) => [name.replace(':', ' '), hour[name] ?? 0, day[name] ?? 0]),
          ]),
          ...(names.length === 0 ? ['nothing was sent, refused or confirmed'] : []),
          '',
          'Of all servers on this Redis, to within five minutes; what happened in the last second may be missing.',
        ],
      };
    });
  },
};

/** The budget over all messages, and those of countries; each once. */
function budgetsOf(countries: readonly string[], rules: LimitRules): SlidingWindowLimit[] {
  const all = countries.flatMap((country) => rules.budgets(country));
  return all.filter(({ subject }, i) => subject.kind === 'country' || i === 0);
}

function circuitWords({ sms }: Config, { open, url }: Circuits): string {
  if (sms.providers.length < 2) return 'none: a lone provider is never skipped';
  if (!open) return `not known: no server answers ${url ?? 'on a port that is known'}, and each process has its own`;
  const words = Object.entries(open).map(([provider, isOpen]) => `${provider} ${isOpen ? 'OPEN' : 'closed'}`);
  return `${words.join(', ')} (of the server at ${url}; each process has its own)`;
}
