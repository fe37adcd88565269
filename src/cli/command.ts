import type { ParseArgsConfig } from 'node:util';

/** What the command line handed to a command. */
export interface Call {
  positionals: readonly string[];
  values: Readonly<Record<string, string | boolean | undefined>>;
}

export interface CommandResult {
  /** Whether it was done, and what was asked is so: exit code 0, else 1. */
  done: boolean;
  /** For machines, with --json. */
  json: object;
  /** For people. */
  lines: readonly string[];
}

export interface Command {
  /** How it is called, after its name. */
  usage: string;
  options?: ParseArgsConfig['options'];
  run(call: Call): Promise<CommandResult>;
}

/** A call that can't be meant: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What keeps a command from doing what was asked, in one line: exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
