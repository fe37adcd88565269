import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const read = (file: string) => readFileSync(join(__dirname, '../..', file), 'utf8');

/** What must not differ between two languages: the levels of headings, the commands, the rows of tables, the pages linked to. */
function bones(text: string) {
  const outside = text.replace(/```[\s\S]*?```/g, '');
  const tables = outside.match(/^\|.*\|$/gm) ?? [];
  return {
    headings: (outside.match(/^#+(?= )/gm) ?? []).map((level) => level.length),
    commands: [...text.replace(/```mermaid[\s\S]*?```/g, '').matchAll(/```sh\n([\s\S]*?)```|^ {4}(\S.*)$/gm)].map(
      ([, block, line]) => block ?? line,
    ),
    steps: [...text.matchAll(/^ {2,}(\w+-{1,2}>>\w+|alt|else|end|participant \w)/gm)].map(([, step]) => step),
    columns: tables.map((row) => row.replaceAll('\\|', '').split('|').length),
    links: [...new Set(linksOf(text))].sort(),
  };
}

/** Where it leads to, but for the other language of the same page. */
function linksOf(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)|^\[\w[\w-]*\]: (\S+)$/gm)]
    .map(([, inline, named]) => inline ?? named ?? '')
    .filter((target) => !/^(README|inbound)(\.zh-CN)?\.md$/.test(target));
}

/** The reasons that begin a table's rows, in order. */
const firstCells = (text: string) => [...text.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, word]) => word);

describe('What is told in two languages', () => {
  test('README.md and README.zh-CN.md have the same headings, commands, diagram, tables and links', () => {
    const [english, chinese] = [bones(read('README.md')), bones(read('README.zh-CN.md'))];
    expect(english.commands.length).toBeGreaterThan(4);
    expect(english.steps.length).toBeGreaterThan(10);
    expect(english.links.length).toBeGreaterThan(10);
    expect(chinese).toEqual(english);
  });

  test('both READMEs show the two commands and the moving picture before the first chapter', () => {
    for (const file of ['README.md', 'README.zh-CN.md']) {
      const [fold = ''] = read(file).split('\n## ');
      expect(fold).toContain('npm ci && npm start ');
      expect(fold).toContain('npm ci && npm test ');
      expect(fold).toContain('](docs/images/flow.png)');
    }
    const picture = readFileSync(join(__dirname, '../../docs/images/flow.png'));
    expect(picture.length).toBeLessThan(500_000);
    expect(picture.includes('acTL')).toBe(true);
  });

  test('docs/inbound.md has the same chapters, commands, tables and links in both', () => {
    const [english, chinese] = [bones(read('docs/inbound.md')), bones(read('docs/inbound.zh-CN.md'))];
    expect(english.commands.length).toBeGreaterThan(2);
    expect(english.columns.length).toBeGreaterThan(5);
    expect(chinese).toEqual(english);
  });

  test('docs/frontend.md says in both what to do at each reason of the schema', () => {
    const [, values = ''] = /enum VerificationReason \{\n([\s\S]*?)\n\}/.exec(read('schema.graphql')) ?? [];
    const reasons = [...values.matchAll(/^ {2}([A-Z_]+)$/gm)].map(([, reason]) => reason);
    const chapter = (file: string, heading: string) =>
      read(file).split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
    const english = firstCells(chapter('docs/frontend.md', 'What a page should do'));
    // Those of messages that people send themselves have a page of their own.
    const asked = reasons.filter((reason) => !reason?.startsWith('INBOUND_'));
    expect(asked.filter((reason) => !read('docs/frontend.md').includes(`\`${reason}\``))).toEqual([]);
    expect(english.length).toBeGreaterThan(10);
    expect(firstCells(chapter('docs/frontend.zh-CN.md', '每种 reason 该做什么'))).toEqual(english);
  });

  test('first aid has the same commands and as many cases', () => {
    const chapter = /^## First aid\n([\s\S]*?)^## /m.exec(read('docs/operations.md'))?.[1] ?? '';
    const [english, chinese] = [bones(chapter), bones(read('docs/first-aid.zh-CN.md'))];
    expect(english.commands.length).toBeGreaterThan(8);
    expect(chinese.commands).toEqual(english.commands);
    expect(chinese.columns).toEqual(english.columns);
  });
});
