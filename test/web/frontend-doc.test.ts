import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Reason } from '../../src/verification/reasons';
import { ROOT } from './support/build-page';

const doc = readFileSync(join(ROOT, 'docs/frontend.md'), 'utf8');

/** The blocks of the document that name a file, by that file. */
const embedded = new Map(
  [...doc.matchAll(/<!-- (\S+) -->\n```\w+\n(.*?)```/gs)].map(([, file = '', text = '']) => [file, text]),
);

describe('docs/frontend.md', () => {
  test('shows the operations and the examples', () => {
    expect([...embedded.keys()]).toEqual([
      'examples/vue-vite/src/app.vue',
      'examples/react-vite/src/app.tsx',
      'examples/plain-html/confirm.js',
      'packages/client/src/operations.graphql',
      'examples/react-apollo/src/main.tsx',
      'examples/react-apollo/src/confirm.tsx',
    ]);
  });

  test.each([...embedded])('shows %s as it is', (file, text) => {
    expect(text).toBe(readFileSync(join(ROOT, file), 'utf8'));
  });

  test('says for every reason what a page should do', () => {
    const rows = [...doc.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, reason]) => reason);
    expect(rows).toEqual(Object.values(Reason));
  });
});
