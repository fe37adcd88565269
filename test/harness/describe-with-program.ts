import { spawnSync } from 'node:child_process';

/**
 * A suite that needs a program of the system. On a developer's machine without it the suite is left out, loudly; where CI is set it
 * fails.
 */
export function describeWithProgram(program: string, name: string, define: () => void): void {
  if (!spawnSync(program, ['--version']).error) {
    describe(name, define);
    return;
  }
  if (process.env.CI) throw new Error(`${program} is not on the PATH, and ${name} needs it`);
  const line = '!'.repeat(78);
  process.stderr.write(`\n${line}\n!! ${program} is not on the PATH. LEFT OUT: ${name}\n${line}\n\n`);
  describe.skip(name, define);
}
