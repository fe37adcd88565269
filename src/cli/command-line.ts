import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { printable, printableJson, printableLines } from '../printable';
import { PROJECT_ROOT } from '../project-root';
import { type Command, CommandError, UsageError } from './command';
import { mendable } from './mendable';

interface Entry {
  about: string;
  /** Loaded when it is run: the server's own modules take a quarter of a second. */
  load(): Command;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  status: {
    about: 'store, providers, budget, and what was sent and refused in the last hour and day',
    load: () => (require('./status') as typeof import('./status')).status,
  },
  lookup: {
    about: 'all that is known of a number, and whether it would get a message now',
    load: () => (require('./lookup') as typeof import('./lookup')).lookup,
  },
  reset: {
    about: "forgets a number's counts of messages, and with --lockout its wrong codes",
    load: () => (require('./reset') as typeof import('./reset')).reset,
  },
  block: { about: 'never sends to a number', load: () => (require('./block') as typeof import('./block')).block },
  allow: { about: 'spares a number its own caps', load: () => (require('./allow') as typeof import('./allow')).allow },
  unblock: {
    about: 'takes a number off its list, blocked or allowed',
    load: () => (require('./unblock') as typeof import('./unblock')).unblock,
  },
  'send-test': {
    about: 'sends one message with a random code through the configured providers',
    load: () => (require('./send-test') as typeof import('./send-test')).sendTest,
  },
  check: {
    about: 'settings, Redis, clocks and providers, without sending anything',
    load: () => (require('./check') as typeof import('./check')).check,
  },
};

/**
 * Runs a command; without one, the server.
 * @returns the exit code, or undefined for the server, which goes on.
 */
export async function runCommandLine(args: readonly string[]): Promise<number | undefined> {
  const [name = 'serve', ...rest] = helpLast(args);
  if (name === 'serve' && rest.length === 0) {
    await (require('./serve') as typeof import('./serve')).serve();
    return undefined;
  }
  if (name === '--version')
    return say(String(JSON.parse(readFileSync(join(PROJECT_ROOT, 'package.json'), 'utf8')).version));
  if (name === '--help' || (name === 'serve' && rest.includes('--help'))) return say(usage());
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!entry) {
    complain(`${name === 'serve' ? 'serve takes no arguments' : `There is no command ${name}`}\n${usage()}`);
    return 2;
  }
  const command = entry.load();
  if (rest.includes('--help')) return say(`Usage: sms-verification ${name} ${command.usage}\n  ${entry.about}`);
  return run(name, command, rest);
}

/** However somebody asks for help: `help`, `-h`, `help block`, `block -h`. */
function helpLast(args: readonly string[]): string[] {
  const [first, ...rest] = args.map((arg) => (arg === '-h' ? '--help' : arg));
  if (first === 'help') return [...rest, '--help'];
  return first === undefined ? [] : [first, ...rest];
}

async function run(name: string, command: Command, args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  try {
    const { done, json: object, lines } = await command.run(parsed(command, args));
    // What others wrote into Redis stands in them.
    say(json ? printableJson(JSON.stringify(object)) : lines.map(printable).join('\n'));
    return done ? 0 : 1;
  } catch (error) {
    if (error instanceof UsageError) {
      complain(`${error.message}\nUsage: sms-verification ${name} ${command.usage}`);
      return 2;
    }
    const message = explained(error);
    if (json) say(printableJson(JSON.stringify({ error: message })));
    else complain(message);
    return 1;
  }
}

function parsed({ options = {} }: Command, args: readonly string[]) {
  try {
    const all = { ...options, json: { type: 'boolean' as const } };
    const { values, positionals } = parseArgs({ args: [...args], options: all, allowPositionals: true });
    return { values: values as Record<string, string | boolean | undefined>, positionals };
  } catch (error) {
    // Its first sentence names the option.
    throw new UsageError((error as Error).message.split('. ')[0]);
  }
}

function explained(error: unknown): string {
  if (error instanceof CommandError) return error.message;
  return mendable(error) ?? (error as Error).stack ?? String(error);
}

function usage(): string {
  const names = Object.entries({ serve: { about: 'runs the server, as without a command' }, ...COMMANDS });
  const lines = names.map(([name, { about }]) => `  ${name.padEnd(10)} ${about}`);
  return [
    'Usage: sms-verification [COMMAND] [--json]',
    ...lines,
    'Exit code: 0 done, 1 what was asked is not so or failed, 2 a wrong call. Settings are read from the environment, as the server does.',
  ].join('\n');
}

function say(text: string): 0 {
  process.stdout.write(`${text}\n`);
  return 0;
}

function complain(text: string): void {
  process.stderr.write(`${printableLines(text)}\n`);
}
