import type { ParseArgsConfig } from 'node:util';

/** The arguments of a command. */
export interface Call {
  positionals: readonly string[];
  values: Readonly<Record<string, string | boolean | undefined>>;
}

export interface CommandResult {
  /** Whether the command succeeded, or what it asks is true: exit code 0, else 1. */
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

/** A call with wrong arguments: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Why a command failed, in one line: exit code 1. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
}
