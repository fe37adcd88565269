import dns from 'node:dns';
import type { Server } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { createApp } from '../app';
import { loadConfig } from '../config/config';
import { createLog } from '../log';
import { oneLookupAHost } from '../one-lookup-a-host';
import { mendable } from './mendable';

/** Runs the server in this process until it is told to stop; a start that fails ends the process with 1. */
export async function serve(): Promise<void> {
  try {
    await start();
  } catch (error) {
    process.stderr.write(`${startupError(error)}\n`);
    process.exit(1);
  }
}

async function start(): Promise<void> {
  // Few young objects survive a collection: parallel threads spend more CPU on waiting for each other than they save.
  setFlagsFromString('--no-parallel-scavenge');
  // For all connections: the providers' SDKs and the client of Redis take no look-up of ours.
  dns.lookup = oneLookupAHost(dns.lookup);
  const config = loadConfig();
  const log = createLog(config.logLevel, config.development && process.stdout.isTTY);
  for (const warning of config.warnings) log.warn(warning);
  const app = await createApp(config, log);
  const metricsPort =
    app.monitoringHttp && (await listen(app.monitoringHttp, config.metricsPort, config.host, 'METRICS_PORT'));
  const port = await listen(app.http, config.port, config.host, 'PORT');

  let signals = 0;
  const stop = (signal: NodeJS.Signals) => {
    signals += 1;
    // The second signal may be the first one again, passed on by npm, and is ignored. A third ends the process at once.
    if (signals === 2) return;
    if (signals > 2) process.exit(1);
    log.info({ signal }, 'Stopping: requests under way are finished first');
    app.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // Only now: whoever reads it may stop the server at once.
  const { store, sms } = config;
  log.info({ port, metricsPort, store: store.kind, providers: sms.providers }, `Ready: http://localhost:${port}/`);
}

/** The port that it listens on. Throws an error that knows the name of the setting. */
function listen(server: Server, port: number | undefined, host: string | undefined, setting: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(Object.assign(error, { setting })));
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
}

/** One clear line for what an operator can mend. */
function startupError(error: unknown): string {
  const { code, message, port, setting } = error as NodeJS.ErrnoException & { port?: number; setting?: string };
  if (code === 'EADDRINUSE') return `Port ${port} is in use: stop what listens there, or set ${setting} to another`;
  if (code === 'EACCES') return `Port ${port} may not be listened on by this user: set ${setting} to another`;
  const noAddress = ['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN'];
  if (noAddress.includes(code ?? '')) return `HOST is no address of this machine (${code})`;
  return mendable(error) ?? (message || String(error));
}
