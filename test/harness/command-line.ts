import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { runCommandLine } from '../../src/cli/command-line';
import { compiledServer } from './compiled-server';
import type { Environment } from './server-process';

export interface Said {
  exitCode: number;
  stdout: string;
  stderr: string;
}

/** Runs a command as an operator does, with nothing but these settings. */
export async function runCommand(
  args: readonly string[],
  environment: Environment = {},
  main = compiledServer(),
): Promise<Said> {
  const child = spawn(process.execPath, [main, ...args], { env: { PATH: process.env.PATH, ...environment } });
  const said: Said = { exitCode: -1, stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      said[stream] += text;
    });
  }
  const [exitCode] = await once(child, 'close');
  return { ...said, exitCode };
}

/** The same within this process: cheaper, where a test runs many. One at a time, since what it writes is caught on its way out. */
export async function runCommandHere(args: readonly string[], environment: Environment): Promise<Said> {
  const said = { stdout: '', stderr: '' };
  const caught = (['stdout', 'stderr'] as const).map((stream) =>
    jest.spyOn(process[stream], 'write').mockImplementation((text) => {
      said[stream] += String(text);
      return true;
    }),
  );
  const own = process.env;
  process.env = { ...environment };
  try {
    return { exitCode: (await runCommandLine(args)) ?? -1, ...said };
  } finally {
    process.env = own;
    for (const stream of caught) stream.mockRestore();
  }
}
