import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { type Exposition, scrape } from './exposition';
import { LocalApp } from './local-app';

interface Dashboard {
  templating: { list: { definition?: string }[] };
  panels: { id: number; title: string; targets: { expr: string }[] }[];
}

interface Rules {
  groups: { rules: { record?: string; alert?: string; expr: string; annotations?: { summary: string } }[] }[];
}

const read = (file: string) => readFileSync(join(__dirname, '../../deploy', file), 'utf8');
const dashboard: Dashboard = JSON.parse(read('grafana-dashboard.json'));
const rules = (parse(read('prometheus-alerts.yml')) as Rules).groups.flatMap((group) => group.rules);

/** Series that an expression asks for, with their label matchers; not what its functions and words are called. */
function selectors(expr: string): { name: string; labels: string[] }[] {
  return [...expr.matchAll(/\b((?:sms_verification|process|nodejs)[\w:]*)(?:\{([^}]*)\})?/g)].map(
    ([, name = '', inner]) => ({
      name,
      labels: [...(inner ?? '').matchAll(/(\w+)\s*(?:=~|!=|!~|=)/g)].map(([, label = '']) => label),
    }),
  );
}

const panels = dashboard.panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }): [string, string] => [title, expr]),
);
const alerts = rules.map(({ record, alert, expr }): [string, string] => [record ?? alert ?? '', expr]);

describe('The example dashboard and alert rules', () => {
  let exposition: Exposition;

  beforeAll(async () => {
    // Some of it is there only where receipts are.
    const app = await LocalApp.start({
      SMS_PROVIDERS: 'webhook',
      WEBHOOK_URL: 'http://127.0.0.1:9/',
      WEBHOOK_SECRET: `whsec_${Buffer.alloc(32).toString('base64')}`,
      RECEIPTS_SECRET: 'b1946ac92492d2347c6235b4d2611184',
    });
    await app.api.imageCaptcha();
    await app.send(app.newMobile());
    exposition = await scrape(app.url);
    await app.close();
  });

  test.each([...panels, ...alerts])('%s asks for metrics and labels that the server exports', (_, expr) => {
    const recorded = rules.map(({ record }) => record);
    const own = selectors(expr).filter(({ name }) => !recorded.includes(name));
    for (const { name, labels } of own) {
      expect([...exposition.names]).toContain(name);
      const line = exposition.text.split('\n').find((text) => text.startsWith(`${name}{`)) ?? '';
      // Prometheus adds these two itself.
      for (const label of labels.filter((l) => l !== 'job' && l !== 'instance')) expect(line).toContain(`${label}="`);
    }
    expect(own.length + Number(/\bup\{|sms_verification:/.test(expr))).toBeGreaterThan(0);
  });

  test('cover what an operator must hear of', () => {
    const expression = (name: string) => alerts.find(([alert]) => alert === name)?.[1] ?? '';
    expect(expression('SmsConversionLow')).toContain('< 0.35');
    expect(expression('SmsBudgetNearlyUsed')).toContain('>= 0.8');
    expect(expression('SmsProviderFailing')).toContain('outcome!="accepted"');
    expect(expression('SmsStoreUnavailable')).toContain('outcome="unavailable"');
    for (const { alert, annotations } of rules) if (alert) expect(annotations?.summary).toBeTruthy();
  });

  test('panels have ids of their own', () => {
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
  });
});
