import { createApp } from './app';
import { ConfigError, loadConfig } from './config';
import { createLog } from './log';

async function main(): Promise<void> {
  const config = loadConfig();
  const log = createLog(config.logLevel);
  const app = await createApp(config, log);
  await new Promise<void>((resolve, reject) => {
    app.http.once('error', reject);
    app.http.listen(config.port, config.host, resolve);
  });
  const address = app.http.address();
  const port = typeof address === 'object' && address ? address.port : config.port;
  log.info({ port, store: config.store.kind, providers: config.sms.providers }, `Ready: http://localhost:${port}/`);

  const stop = (signal: NodeJS.Signals) => {
    log.info({ signal }, 'Stopping: requests under way are finished first');
    app.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** One clear line for what an operator can mend. */
function complaint(error: unknown): string {
  if (error instanceof ConfigError) return `Bad settings:\n${error.problems.map((p) => `  ${p}`).join('\n')}`;
  const { code, name, message, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `Port ${port} is in use: stop what listens there, or set PORT to another`;
  if (code === 'EACCES') return `Port ${port} may not be listened on by this user: set PORT to another`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST is no address of this machine (${code})`;
  if (name === 'StoreUnavailableError') return `Redis (REDIS_URL) can't be reached: ${message}`;
  return message || String(error);
}

main().catch((error: unknown) => {
  process.stderr.write(`${complaint(error)}\n`);
  process.exit(1);
});
