// Puts the files that docs/frontend.md shows into it, as they are: npx tsx test/web/write-frontend-doc.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './support/build-page';

const path = join(ROOT, 'docs/frontend.md');
const doc = readFileSync(path, 'utf8');
writeFileSync(
  path,
  doc.replace(/(<!-- (\S+) -->\n```\w+\n).*?```/gs, (_, opening: string, file: string) => {
    return `${opening}${readFileSync(join(ROOT, file), 'utf8')}\`\`\``;
  }),
);
