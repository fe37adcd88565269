import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { createApp } from '../app';
import { type Config, loadConfig } from '../config/config';
import { createLog } from '../log';
import { providerEndpoints } from '../sms/provider-endpoints';
import { openStore } from '../store/open-store';
import { CLOCK_SKEW_FAILS_MS, type StoreNode } from '../store/operator-store';
import { type Command, UsageError } from './command';
import { spanOf, table } from './table';

type Level = 'ok' | 'warning' | 'failed';
interface Finding {
  level: Level;
  what: string;
  words: string;
}

/** From this difference between clocks on, ms, it is a warning. */
const CLOCK_SKEW_WARNS_MS = 1_000;
const OLDEST_REDIS = 6;

/** Tries what a server with these settings depends on, without sending anything. Fails where the server could not work. */
export const check: Command = {
  usage: '[--json]',
  async run({ positionals }) {
    if (positionals.length > 0) throw new UsageError('check takes no arguments');
    // Bad settings are told as at a start.
    const config = loadConfig();
    await start(config);
    const findings: Finding[] = [
      { level: 'ok', what: 'settings', words: 'can be started with' },
      ...config.warnings.map((words): Finding => ({ level: 'warning', what: 'settings', words })),
      ...(await storeFindings(config)),
      ...(await providerFindings(config)),
    ];
    const failed = findings.filter(({ level }) => level === 'failed').length;
    return {
      done: failed === 0,
      json: { ok: failed === 0, findings },
      lines: table(findings.map(({ level, what, words }) => [level, what, words])),
    };
  },
};

/** Makes all that a server makes but for the store, which is looked at by itself. Throws what would keep it from starting. */
async function start(config: Config): Promise<void> {
  const app = await createApp({ ...config, store: { kind: 'memory' }, tracing: false }, createLog('silent'));
  await app.close(0);
}

async function storeFindings({ store }: Config): Promise<Finding[]> {
  if (store.kind === 'memory') {
    return [
      { level: 'warning', what: 'store', words: 'in process: one server alone, which forgets all limits with its end' },
    ];
  }
  try {
    const opened = await openStore(store);
    try {
      return (await opened.operator.nodes()).flatMap(nodeFindings);
    } finally {
      await opened.close();
    }
  } catch (error) {
    return [{ level: 'failed', what: 'redis', words: `can't be used: ${(error as Error).message}` }];
  }
}

function nodeFindings({ name, version, evictionPolicy, persistent, clockAheadMs, answeredInMs }: StoreNode): Finding[] {
  const what = name === '' ? 'redis' : `redis ${name}`;
  const finding = (level: Level, words: string): Finding => ({ level, what, words });
  const skew = Math.abs(clockAheadMs);
  const clock = `its clock is ${spanOf(skew)} ${clockAheadMs < 0 ? 'behind' : 'ahead of'} this machine's`;
  return [
    finding('ok', `answers within ${answeredInMs} ms, and takes what must be remembered`),
    version === undefined
      ? finding('warning', 'does not tell its version: this user may not ask for INFO')
      : finding(
          Number(version.split('.')[0]) >= OLDEST_REDIS ? 'ok' : 'failed',
          `version ${version}; ${OLDEST_REDIS}.0 or newer is needed`,
        ),
    evictionPolicy !== undefined && evictionPolicy !== 'noeviction'
      ? finding('failed', `maxmemory-policy ${evictionPolicy} forgets limits when it is full: set noeviction`)
      : finding('ok', 'evicts nothing'),
    ...(persistent === false ? [finding('warning', 'forgets all limits when it restarts: set appendonly yes')] : []),
    skew < CLOCK_SKEW_WARNS_MS
      ? finding('ok', "its clock agrees with this machine's")
      : finding(skew < CLOCK_SKEW_FAILS_MS ? 'warning' : 'failed', clock),
  ];
}

async function providerFindings({ sms }: Config): Promise<Finding[]> {
  const endpoints = providerEndpoints(sms);
  if (endpoints.length === 0)
    return [{ level: 'warning', what: 'console', words: 'no provider: nothing is ever sent' }];
  return Promise.all(
    endpoints.map(async ({ provider, url }): Promise<Finding> => {
      const failure = await reach(url, sms.timeoutMs);
      const where = url.host;
      return failure === undefined
        ? {
            level: 'ok',
            what: provider,
            words: `${where} can be reached; whether it takes the account, send-test tells`,
          }
        : { level: 'failed', what: provider, words: `${where} can't be reached: ${failure}` };
    }),
  );
}

/** Connects, with TLS where that is asked for, and says nothing. What kept it from that, if anything did. */
function reach({ protocol, hostname, port }: URL, timeoutMs: number): Promise<string | undefined> {
  const host = hostname.replace(/^\[|\]$/g, '');
  const tls = protocol === 'https:';
  const at = { host, port: Number(port) || (tls ? 443 : 80) };
  return new Promise((resolve) => {
    const socket = tls ? connectTls({ ...at, servername: isIP(host) ? undefined : host }) : connectTcp(at);
    const done = (failure?: string) => {
      socket.destroy();
      resolve(failure);
    };
    socket.setTimeout(timeoutMs, () => done('timeout'));
    socket.once(tls ? 'secureConnect' : 'connect', () => done());
    socket.once('error', (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
  });
}
