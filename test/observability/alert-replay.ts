import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { describeWithProgram } from '../harness/describe-where';

const RULES = join(__dirname, '../../deploy/prometheus-alerts.yml');
const PROMTOOL = 'promtool';
const LABELS = { job: 'sms-verification', instance: 'sms-1:9464' };

/**
 * A server's /metrics, read once for each minute of a story, and what Prometheus' own rule engine makes of it. The minutes take as long
 * as the test needs for them; only their order is real.
 */
export class AlertReplay {
  private readonly series = new Map<string, string[]>();
  private minutes = 0;

  /** What Prometheus reads in the next minute; undefined when nobody answers it. */
  read(exposition: string | undefined): void {
    const values = new Map<string, string>();
    values.set(`up${labelled('')}`, exposition === undefined ? '0' : '1');
    for (const line of exposition?.split('\n') ?? []) {
      const [, name, labels = '', value = ''] = /^(sms_verification\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      if (name) values.set(name + labelled(labels), value);
    }
    for (const series of new Set([...this.series.keys(), ...values.keys()])) {
      const known = this.series.get(series) ?? Array<string>(this.minutes).fill('_');
      // As Prometheus does with a series that is gone.
      const gone = known.at(-1) === '_' || known.at(-1) === 'stale' ? '_' : 'stale';
      this.series.set(series, [...known, values.get(series) ?? gone]);
    }
    this.minutes += 1;
  }

  /** A minute of a Prometheus that has no target. */
  skip(): void {
    this.minutes += 1;
  }

  /** Names of the alerts that fire after the last minute, sorted. */
  firing(): string[] {
    const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
    const file = join(folder, 'test.yml');
    // That none fires is claimed; what promtool says against it is the answer.
    const test = {
      rule_files: [RULES],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          // The first minute is before the server was there, so that a counter which begins with an event shows no increase.
          input_series: [...this.series].map(([series, values]) => ({ series, values: `_ ${values.join(' ')}` })),
          promql_expr_test: [
            {
              expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
              eval_time: `${this.minutes}m`,
              exp_samples: [],
            },
          ],
        },
      ],
    };
    try {
      writeFileSync(file, stringify(test));
      const { status, stdout, stderr } = spawnSync(PROMTOOL, ['test', 'rules', file], { encoding: 'utf8' });
      if (status === 0) return [];
      const [, got = ''] = /got:\s*(.*)/.exec(stdout + stderr) ?? [];
      const names = [...got.matchAll(/alertname="(\w+)"/g)].map(([, name = '']) => name);
      if (names.length === 0) throw new Error(`${PROMTOOL} could not evaluate the rules:\n${stdout}${stderr}`);
      return names.sort();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

/** Checks a configuration and the rule files that it names. @throws Error with what promtool says. */
export function checkPrometheusConfig(file: string): void {
  execFileSync(PROMTOOL, ['check', 'config', file], { stdio: 'pipe' });
}

const labelled = (labels: string): string =>
  `{${[labels, ...Object.entries(LABELS).map(([name, value]) => `${name}="${value}"`)].filter(Boolean).join(',')}}`;

/** A suite that needs Prometheus' promtool (Debian: `apt-get install prometheus`). */
export function describeWithPromtool(name: string, define: () => void): void {
  describeWithProgram(PROMTOOL, name, define);
}
