import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

interface Panel {
  title: string;
  fieldConfig: { defaults: { unit: string } };
  targets: { expr: string }[];
}
interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  labels?: { severity: string };
  annotations?: { summary: string };
}

const read = (file: string) => readFileSync(join(__dirname, '../../deploy', file), 'utf8');
const { panels } = JSON.parse(read('grafana-dashboard.json')) as { panels: Panel[] };
const rules = (parse(read('prometheus-alerts.yml')) as { groups: { rules: Rule[] }[] }).groups.flatMap((g) => g.rules);
/** An expression without what a dashboard adds for its choice of jobs, on one line. */
const plain = (expr: string) =>
  expr
    .replace(/job=~"\$job",?/g, '')
    .replaceAll('{}', '')
    .replace(/\s+/g, ' ')
    .trim();
const exprs = (title: string) =>
  panels.find((panel) => panel.title === title)?.targets.map(({ expr }) => plain(expr)) ?? [];

describe('The panels', () => {
  test.each(panels.map((panel) => [panel.title, panel] as const))(
    '%s: of the jobs that are chosen alone',
    (_, { targets }) => {
      for (const { expr } of targets) {
        expect(expr.match(/job=~"\$job"/g)?.length).toBe(expr.match(/\b(sms_verification_|process_|up\{)/g)?.length);
      }
    },
  );

  test('what happens is counted by the minute, and what takes time shows its slowest twentieth in seconds', () => {
    for (const { title, targets, fieldConfig } of panels) {
      for (const { expr } of targets) {
        if (/percentile/.test(title)) {
          expect([title, expr]).toEqual([title, expect.stringMatching(/^histogram_quantile\(0\.95, /)]);
          expect([title, fieldConfig.defaults.unit]).toEqual([title, 's']);
        } else if (/rate\(sms_/.test(expr)) {
          expect([title, expr]).toEqual([title, expect.stringMatching(/\[5m\]\)\) \* 60$/)]);
        }
      }
    }
  });

  test('each shows what its title says', () => {
    const counted: Record<string, string> = {
      'Sends by provider and outcome': 'sum by (provider, outcome) (rate(sms_verification_sends_total[5m]))',
      'Captchas issued': 'sum by (kind, level) (rate(sms_verification_captchas_issued_total[5m]))',
      'Captchas answered': 'sum by (reason) (rate(sms_verification_captchas_answered_total[5m]))',
      'Codes checked': 'sum by (reason) (rate(sms_verification_verifications_total[5m]))',
      'Limits hit': 'sum by (rule) (rate(sms_verification_limits_hit_total[5m]))',
      'Messages a minute': 'sum(rate(sms_verification_sends_total{outcome=~"accepted|unknown"}[5m]))',
      'Answers by reason': 'sum by (operation, reason) (rate(sms_verification_operation_duration_seconds_count[5m]))',
      'Store not available':
        'sum by (operation) (rate(sms_verification_store_duration_seconds_count{outcome="unavailable"}[5m]))',
      'Receipts by provider, outcome and code':
        'sum by (provider, outcome, carrier_code) (rate(sms_verification_deliveries_total[5m]))',
    };
    for (const [title, expr] of Object.entries(counted))
      expect([title, exprs(title)[0]]).toEqual([title, `${expr} * 60`]);
    const slow: Record<string, string> = {
      'Calls of the API, 95th percentile': 'operation) (rate(sms_verification_operation_duration_seconds_bucket[5m])))',
      'Provider, 95th percentile': 'provider) (rate(sms_verification_send_duration_seconds_bucket[5m])))',
      'Store, 95th percentile': 'operation) (rate(sms_verification_store_duration_seconds_bucket[5m])))',
      'Time to delivery, 95th percentile': 'provider) (rate(sms_verification_delivery_duration_seconds_bucket[5m])))',
    };
    for (const [title, expr] of Object.entries(slow)) {
      expect([title, ...exprs(title)]).toEqual([title, `histogram_quantile(0.95, sum by (le, ${expr}`]);
    }
    expect(exprs('Servers up')).toEqual(['sum(up)']);
  });

  test('conversion is what the alert goes by, and of a budget that all servers tell of, the highest use counts', () => {
    const recorded = plain(rules.find(({ record }) => record === 'sms_verification:conversion:1h')?.expr ?? '');
    expect(exprs('Conversion, last hour')).toEqual([recorded]);
    expect(exprs('Conversion and delivery')[0]).toBe(recorded);
    const [used, limit] = ['max(sms_verification_budget_used)', 'max(sms_verification_budget_limit)'];
    expect(exprs('Budget used')).toEqual([`${used} / ${limit}`]);
    expect(exprs('Budget')).toEqual([used, limit]);
  });
});

test('an alert wakes somebody where people get no code or money is lost, and waits for the morning elsewhere', () => {
  const of = (severity: string) =>
    rules.filter(({ labels }) => labels?.severity === severity).map(({ alert }) => alert);
  expect(of('warning')).toEqual([
    'SmsBudgetNearlyUsed',
    'SmsReceiptsMissing',
    'SmsCodesGuessed',
    'SmsCodesScanned',
    'SmsServerFault',
  ]);
  expect(of('critical')).toHaveLength(rules.filter(({ alert }) => alert).length - 5);
});

test('an alert that names a server, a provider or a code in its summary is told for each of them', () => {
  for (const { alert, expr, annotations } of rules) {
    const named = [...(annotations?.summary ?? '').matchAll(/\$labels\.(\w+)/g)].map(([, label = '']) => label);
    const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, labels = '']) => labels.split(', '));
    if (!expr.startsWith('up')) expect([alert, ...grouped]).toEqual(expect.arrayContaining([alert, ...named]));
  }
});
