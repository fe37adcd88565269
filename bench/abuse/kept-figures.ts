import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { allowanceRule } from '../../src/limits/allowances';
import type { Figures } from './run-scenario';
import type { Scenario } from './scenarios';
import type { People } from './shop';

/** What seeds gave, so that hours of them may be interrupted: by seed, scenario and constants; in a file if there is one. */
export class KeptFigures {
  private readonly figures = new Map<string, Figures>();

  constructor(private readonly file: string | undefined) {
    if (!file || !existsSync(file)) return;
    for (const line of readFileSync(file, 'utf8').split('\n')) {
      if (line === '') continue;
      const [key, figures] = JSON.parse(line) as [string, Figures];
      this.figures.set(key, figures);
    }
  }

  has(seed: number, scenario: Scenario, people: People): boolean {
    return this.figures.has(keyOf(seed, scenario, people));
  }

  get(seed: number, scenario: Scenario, people: People): Figures {
    const figures = this.figures.get(keyOf(seed, scenario, people));
    if (!figures) throw new Error(`Seed ${seed} did not run ${scenario.name}`);
    return figures;
  }

  add(seed: number, scenario: Scenario, people: People, figures: Figures): void {
    const key = keyOf(seed, scenario, people);
    this.figures.set(key, figures);
    if (this.file) appendFileSync(this.file, `${JSON.stringify([key, figures])}\n`);
  }
}

function keyOf(seed: number, scenario: Scenario, people: People): string {
  return JSON.stringify([seed, scenario, people, allowanceRule(0, 20)]);
}
