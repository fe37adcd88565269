import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { luaScript, SCRIPT_NAMES } from '../src/store/redis/lua-scripts';

/** Globals that Redis gives to a script. Any other name is a misspelt local, which would fail only where its line is reached. */
const KNOWN =
  /^(KEYS|ARGV|redis|cjson|cmsgpack|bit|struct|math|string|table|pairs|ipairs|next|type|tonumber|tostring|unpack|select|error|pcall|assert)$/;

/** What luac says against a script: a syntax error, or a global that it reads or writes. */
function complaintsOfLuac(luac: string, name: string): string[] {
  const { status, stdout, stderr } = spawnSync(luac, ['-l', '-p', '-'], {
    input: luaScript(name as never),
    encoding: 'utf8',
  });
  if (status !== 0) return [`${name}: ${stderr.trim()}`];
  return [...stdout.matchAll(/\[(\d+)\]\s+(GET|SET)GLOBAL\s.*; (\w+)/g)]
    .filter(([, , access, global = '']) => access === 'SET' || !KNOWN.test(global))
    .map(([, line, , global]) => `${name}, line ${line} with its includes: ${global} is no local`);
}

/** What a Redis of its own says against the scripts: syntax alone. */
async function complaintsOfRedis(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'lint-lua-'));
  const socket = join(folder, 'redis.sock');
  const server = spawn('redis-server', ['--port', '0', '--unixsocket', socket, '--save', '', '--dir', folder], {
    stdio: 'ignore',
  });
  const client = new Redis(socket, { retryStrategy: (attempt) => (attempt < 100 ? 50 : null) });
  client.on('error', () => undefined);
  try {
    const complaints: string[] = [];
    for (const name of SCRIPT_NAMES) {
      await client
        .script('LOAD', luaScript(name))
        .catch((error: Error) => complaints.push(`${name}: ${error.message}`));
    }
    return complaints;
  } finally {
    client.disconnect();
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

const installed = (command: string, flag: string): boolean => !spawnSync(command, [flag]).error;

/** Every script as it goes to Redis, by the strictest checker that is installed. */
async function lint(): Promise<string[]> {
  const luac = ['luac5.1', 'luac'].find(
    (command) => installed(command, '-v') && execFileSync(command, ['-v'], { encoding: 'utf8' }).includes('Lua 5.1'),
  );
  if (luac) return SCRIPT_NAMES.flatMap((name) => complaintsOfLuac(luac, name));
  if (installed('redis-server', '--version')) {
    process.stderr.write('Lua: checked for syntax alone. Undefined names are found with luac5.1 (Debian: lua5.1).\n');
    return complaintsOfRedis();
  }
  const missing = 'Lua is NOT checked: neither luac5.1 nor redis-server is installed.';
  if (process.env.CI) return [missing];
  process.stderr.write(`${missing}\n`);
  return [];
}

lint().then((complaints) => {
  for (const complaint of complaints) process.stderr.write(`${complaint}\n`);
  process.exitCode = complaints.length > 0 ? 1 : 0;
});
