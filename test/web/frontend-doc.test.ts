import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Reason } from '../../src/verification/reasons';
import { ROOT } from './support/build-page';

const SNIPPETS = 'test/web/snippets';
const doc = readFileSync(join(ROOT, 'docs/frontend.md'), 'utf8');

/** The blocks of the document that name a file, by that file. */
const embedded = new Map(
  [...doc.matchAll(/<!-- (\S+) -->\n```\w+\n(.*?)```/gs)].map(([, file = '', text = '']) => [file, text]),
);

describe('docs/frontend.md', () => {
  const sources = readdirSync(join(ROOT, SNIPPETS)).filter((name) => /\.(graphql|ts|tsx|vue)$/.test(name));

  test.each(sources.map((name) => `${SNIPPETS}/${name}`))('shows %s as it is', (file) => {
    expect(embedded.get(file)).toBe(readFileSync(join(ROOT, file), 'utf8'));
  });

  test('shows no file that is not tested', () => {
    expect([...embedded.keys()].sort()).toEqual(sources.map((name) => `${SNIPPETS}/${name}`).sort());
  });

  test('says for every reason what a page should do', () => {
    const rows = [...doc.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, reason]) => reason);
    expect(rows).toEqual(Object.values(Reason));
  });
});
