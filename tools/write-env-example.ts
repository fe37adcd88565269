import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Setting } from '../src/config/setting-types';
import { SETTINGS } from '../src/config/settings';

export const ENV_EXAMPLE = join(__dirname, '../deploy/.env.example');

const HEAD = `# Every setting with its default, all of them off. Written by "npm run docs:settings" from src/config/settings.ts: change it there.
# For docker compose (.env), systemd (EnvironmentFile) and node --env-file. A file with secrets in it: mode 0600, in no repository.
`;

/** The settings as a file of environment variables. */
export function envExample(): string {
  const entries = Object.entries<Setting<unknown>>(SETTINGS).map(([name, { about, defaultText, secret }]) => {
    return `# ${about}${secret ? ' (secret)' : ''}\n#${name}=${defaultText ?? ''}\n`;
  });
  return [HEAD, ...entries].join('\n');
}

if (require.main === module) writeFileSync(ENV_EXAMPLE, envExample());
