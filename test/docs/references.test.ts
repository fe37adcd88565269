import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const ROOT = join(__dirname, '../..');
const DOCUMENTS = ['docs/operations.md', 'docs/security.md', 'SECURITY.md', 'CHANGELOG.md'];

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const tests = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => join('test', file));
const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts;

describe.each(DOCUMENTS)('%s', (file) => {
  const text = read(file);

  test('links to files that are there', () => {
    const targets = [...text.matchAll(/\]\(([^)#]+)\)/g)].map(([, target = '']) => target);
    const missing = targets
      .filter((target) => !target.startsWith('https://'))
      .filter((target) => !existsSync(join(ROOT, dirname(file), target)));
    expect(missing).toEqual([]);
  });

  test('names tests and scripts that are there', () => {
    const commands = [...text.matchAll(/npx jest((?: [\w/-]+)+)/g)].flatMap(([, paths = '']) =>
      paths.split(' ').filter((path) => path.startsWith('test/')),
    );
    expect(commands.filter((path) => !tests.some((testFile) => relative('.', testFile).startsWith(path)))).toEqual([]);
    const runs = [...text.matchAll(/npm run (\w[\w:-]*)/g)].map(([, script = '']) => script);
    expect(runs.filter((script) => !(script in scripts))).toEqual([]);
  });

  test('names alerts that are there', () => {
    const rules = read('deploy/prometheus-alerts.yml');
    const alerts = [...text.matchAll(/\bSms[A-Z]\w+/g)].map(([name]) => name);
    expect(alerts.filter((name) => !rules.includes(`alert: ${name}\n`))).toEqual([]);
  });
});
