import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './build-page';

const CLIENT = join(ROOT, 'packages/client');

/**
 * A folder that holds the examples as somebody finds them who copied them and installed the client from its package: built, packed and
 * unpacked, so that what the package does not hold is not there. Other packages are found further up. For the test to remove.
 */
export function examplesWithPackedClient(): string {
  const cache = join(ROOT, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'examples-'));
  const npm = (args: string[]) => execFileSync('npm', args, { cwd: CLIENT, stdio: 'pipe', encoding: 'utf8' });
  npm(['pack', '--silent', '--offline', '--pack-destination', folder]);
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  const installed = join(folder, 'node_modules/sms-verification-client');
  mkdirSync(installed, { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, archive), '-C', installed, '--strip-components', '1']);
  for (const example of readdirSync(join(ROOT, 'examples'))) {
    cpSync(join(ROOT, 'examples', example), join(folder, example), { recursive: true });
  }
  return folder;
}
