#!/usr/bin/env node
import { runCommandLine } from './cli/command-line';

let unwritten: NodeJS.ErrnoException | undefined;
process.stdout.on('error', (error) => {
  unwritten ??= error;
});

runCommandLine(process.argv.slice(2)).then((exitCode) => {
  // undefined: the server goes on until it is told to stop.
  if (exitCode !== undefined) process.stdout.write('', () => end(exitCode));
});

/** Ends the process once all that it said is written, or can't be. */
function end(exitCode: number): void {
  // Whoever read it has gone, as `head` goes, and has what they wanted.
  if (!unwritten || unwritten.code === 'EPIPE') process.exit(exitCode);
  process.stderr.write(`The answer could not be written: ${unwritten.code}\n`);
  process.exit(1);
}
