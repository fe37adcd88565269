import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { allowanceRule } from '../../src/limits/allowances';
import type { Result } from './report';
import type { Figures } from './run-scenario';
import type { Scenario } from './scenarios';
import type { People } from './shop';

/** What seeds gave, so that hours of them may be interrupted: by seed, scenario and constants; in a file if there is one. */
export class KeptFigures {
  private readonly figures = new Map<string, Figures>();
  private readonly seeds = new Set<number>();

  /** @param people what people have where a scenario says nothing else. */
  constructor(
    private readonly file: string | undefined,
    private readonly people: People,
  ) {
    if (!file || !existsSync(file)) return;
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (line === '') continue;
      const [seed, key, figures] = JSON.parse(line) as [number, string, Figures];
      this.keep(seed, key, figures);
    }
  }

  has(seed: number, scenario: Scenario): boolean {
    return this.figures.has(this.keyOf(seed, scenario));
  }

  add(seed: number, scenario: Scenario, figures: Figures): void {
    const key = this.keyOf(seed, scenario);
    this.keep(seed, key, figures);
    if (this.file) appendFileSync(this.file, `${JSON.stringify([seed, key, figures])}\n`);
  }

  /** Of each scenario the seeds that ran its whole table; without those that none did. */
  results(scenarios: readonly Scenario[]): Result[] {
    const results = scenarios.map((scenario): Result => {
      const table = scenarios.filter((other) => other.table === scenario.table);
      const whole = [...this.seeds].filter((seed) => table.every((other) => this.has(seed, other)));
      return { scenario, runs: whole.map((seed) => this.figures.get(this.keyOf(seed, scenario)) as Figures) };
    });
    return results.filter(({ runs }) => runs.length > 0);
  }

  private keep(seed: number, key: string, figures: Figures): void {
    this.seeds.add(seed);
    this.figures.set(key, figures);
  }

  private keyOf(seed: number, scenario: Scenario): string {
    return JSON.stringify([seed, scenario, this.people, allowanceRule(0, 20)]);
  }
}
