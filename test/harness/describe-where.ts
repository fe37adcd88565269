import { spawnSync } from 'node:child_process';

/**
 * A suite that needs something of the system. On a developer's machine without it the suite is left out, loudly; where CI is set it
 * fails, so that nothing goes unproven there.
 * @param missing what to say where it is not there, a whole clause.
 */
export function describeWhere(there: boolean, missing: string, name: string, define: () => void): void {
  if (there) {
    describe(name, define);
    return;
  }
  if (process.env.CI) throw new Error(`${missing}, and ${name} needs that`);
  const line = '!'.repeat(78);
  process.stderr.write(`\n${line}\n!! ${missing}. LEFT OUT: ${name}\n${line}\n\n`);
  describe.skip(name, define);
}

/** A suite that needs a program which is asked for its --version. */
export function describeWithProgram(program: string, name: string, define: () => void): void {
  describeWhere(!spawnSync(program, ['--version']).error, `${program} is not on the PATH`, name, define);
}
