import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import survivors from '../../tools/mutation/survivors.json';

const ROOT = join(__dirname, '../..');

test.each(survivors.flatMap(({ mutants }) => mutants))('still stands in the source: %s', (mutant) => {
  const [, file = '', before = ''] = /^(\S+): (.*?) → /s.exec(mutant) ?? [];
  const path = join(ROOT, file);
  expect(existsSync(path)).toBe(true);
  expect(readFileSync(path, 'utf8')).toContain(before);
});
