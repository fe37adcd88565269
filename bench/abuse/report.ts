import { frontierPlot, type Point } from './plot';
import type { Figures } from './run-scenario';
import type { Scenario } from './scenarios';

export interface Result {
  scenario: Scenario;
  /** One a seed. */
  runs: Figures[];
}

export function median(list: readonly number[]): number {
  const sorted = list.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

const count = (value: number) => Math.round(value).toLocaleString('en');
const percent = (value: number) => `${(100 * value).toFixed(value < 0.1 ? 2 : 1)} %`;
const hours = (value: number) => (value < 1 ? `${Math.round(value * 60)} min` : `${value.toFixed(0)} h`);

/** The median, with the least and the greatest where they differ from it. */
function spread(runs: readonly Figures[], figure: keyof Figures, write: (value: number) => string): string {
  const values = runs.map((run) => run[figure]);
  const [low, middle, high] = [Math.min(...values), median(values), Math.max(...values)].map(write);
  return low === high ? `${middle}` : `${middle} (${low}–${high})`;
}

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

function table(head: readonly string[], rows: readonly string[][]): string {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

/** The tables of docs/abuse.md. */
export function tables(results: readonly Result[]): string {
  const of = (name: Scenario['table']) => results.filter(({ scenario }) => scenario.table === name);
  const heading = (title: string, name: Scenario['table']) => `### ${title} (${of(name)[0]?.runs.length ?? 0} seeds)`;
  const attacks = (name: Scenario['table']) =>
    table(
      ['attacker', 'wasted', 'refused', 'shut out', 'refused outside its target', 'noticed after', 'quiet again after'],
      of(name).map(({ scenario, runs }) => [
        scenario.name,
        spread(runs, 'wasted', count),
        spread(runs, 'refused', percent),
        spread(runs, 'shutOut', percent),
        spread(runs, 'outside', percent),
        spread(runs, 'noticedHours', hours),
        spread(runs, 'recoverHours', hours),
      ]),
    );
  const victims = of('attacks').find(({ scenario }) => scenario.attacker === 'e')?.runs ?? [];
  return [
    heading('In peace', 'peace'),
    table(
      ['shop', 'refused', 'shut out', 'standings held', 'numbers in them'],
      of('peace').map(({ scenario, runs }) => [
        scenario.name,
        spread(runs, 'refused', percent),
        spread(runs, 'shutOut', percent),
        scenario.firstDay ? '' : spread(runs, 'keys', count),
        scenario.firstDay ? '' : spread(runs, 'numbers', count),
      ]),
    ),
    heading('Under attack, where nobody comes back', 'attacks'),
    attacks('attacks'),
    `Each victim of e got at most ${spread(victims, 'perVictim', count)} messages; ${spread(victims, 'victimsConfirmed', percent)} of the victims confirmed in person that day.`,
    heading('Where people come back', 'back'),
    attacks('back'),
    heading('Where people come back with trusted devices, and the attacker has the tokens of 200 numbers', 'devices'),
    attacks('devices'),
    heading('Where those who are refused may confirm by sending', 'inbound'),
    table(
      ['attacker', 'of the refused, so many send', 'wasted', 'refused a code', 'shut out in the end'],
      of('inbound').map(({ scenario, runs }) => [
        scenario.name,
        percent(scenario.people?.inbound ?? 0),
        spread(runs, 'wasted', count),
        spread(runs, 'refused', percent),
        spread(runs, 'shutOut', percent),
      ]),
    ),
    heading('With a count of sends for each address instead, as before the allowances', 'today'),
    attacks('today'),
    heading('How tight the networks are held: attacker d', 'frontier'),
    table(
      ['people who come back', 'own credit', 'wasted', 'refused', 'shut out'],
      of('frontier').map(({ scenario, runs }) => [
        percent(scenario.shop?.returning ?? 0),
        scenario.name,
        spread(runs, 'wasted', count),
        spread(runs, 'refused', percent),
        spread(runs, 'shutOut', percent),
      ]),
    ),
  ].join('\n\n');
}

/** The plot of docs/abuse.md: attacker d, by how tight networks are held and how many people come back. */
export function plot(results: readonly Result[]): string {
  const pointsOf = (returning: number): Point[] =>
    results
      .filter(({ scenario }) => scenario.table === 'frontier' && (scenario.shop?.returning ?? 0) === returning)
      .map(({ scenario, runs }) => ({
        wasted: median(runs.map(({ wasted }) => wasted)),
        refused: median(runs.map(({ refused }) => refused)),
        label: scenario.name,
      }))
      .toSorted((a, b) => a.wasted - b.wasted);
  return frontierPlot([
    { name: 'nobody comes back', colour: '#b2182b', points: pointsOf(0) },
    { name: 'half come back', colour: '#ef8a62', points: pointsOf(0.5) },
    { name: 'nine of ten come back', colour: '#2166ac', points: pointsOf(0.9) },
  ]);
}
