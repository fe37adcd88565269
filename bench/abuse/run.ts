/**
 * `npm run simulate`: the allowances against honest shops and attackers, days in seconds, the same for the same seeds.
 * --seeds N (3), --only TABLES (of peace,attacks,back,devices,inbound,today,frontier), --write: into docs/abuse.md and its plot.
 * --inbound SHARE: so many of those who are refused a code confirm by sending, in every table (0).
 * --figures FILE: keeps there what each seed gave, a line each, and runs no scenario again that stands in it under the same constants;
 * the tables then show all seeds that are in it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { busiestHour } from './captchas';
import { KeptFigures } from './kept-figures';
import { plot, tables } from './report';
import { runScenarios, SCENARIOS } from './scenarios';

const DOCS = path.join(__dirname, '../../docs');
/** For what stays unsolved at an address, whose figure is the greatest of these. */
const CAPTCHA_SEEDS = 3;
const MARKERS = /(<!-- simulation -->)[\s\S]*(<!-- end of simulation -->)/;

function main(): void {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '3' },
      only: { type: 'string' },
      inbound: { type: 'string', default: '0' },
      figures: { type: 'string' },
      write: { type: 'boolean', default: false },
    },
  });
  const seeds = Number(values.seeds);
  const only = values.only?.split(',');
  const people = { inbound: Number(values.inbound) };
  const kept = new KeptFigures(values.figures, people);
  for (let seed = 1; seed <= seeds; seed += 1) {
    const started = performance.now();
    const missing = SCENARIOS.filter(
      (scenario) => (!only || only.includes(scenario.table)) && !kept.has(seed, scenario),
    );
    runScenarios(missing, seed, (scenario, figures) => kept.add(seed, scenario, figures), people);
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    process.stderr.write(`seed ${seed}: ${missing.length} scenarios, ${seconds} s\n`);
  }
  const results = kept.results(SCENARIOS);
  const text = `Medians, least and greatest in brackets.\n\n${tables(results)}\n\n${captchas()}`;
  if (!values.write) {
    process.stdout.write(`${text}\n`);
    return;
  }
  const page = path.join(DOCS, 'abuse.md');
  const before = readFileSync(page, 'utf8');
  if (!MARKERS.test(before)) throw new Error(`${page} has no place for the tables`);
  const after = before.replace(MARKERS, (_, start: string, end: string) => `${start}\n${text}\n${end}`);
  writeFileSync(page, after);
  writeFileSync(path.join(DOCS, 'images/abuse.svg'), plot(results));
}

function captchas(): string {
  const rows = [500, 2000, 5000, 20_000].map((people) => {
    const most = Math.max(...Array.from({ length: CAPTCHA_SEEDS }, (_, i) => busiestHour(people, i + 1)));
    return `| ${people.toLocaleString('en')} | ${most.toLocaleString('en')} |`;
  });
  return [
    '### Captchas that stay unsolved at one address, 30 % of all',
    ['| people a day behind it | most in an hour, over 30 days |', '| --- | --- |', ...rows].join('\n'),
  ].join('\n\n');
}

main();
