#!/usr/bin/env node
import { runCommandLine } from './cli/command-line';

runCommandLine(process.argv.slice(2)).then((exitCode) => {
  // undefined: the server goes on until it is told to stop.
  if (exitCode !== undefined) process.exit(exitCode);
});
