import { startServer } from '../harness/server-process';

describe('The lines of a start and a stop', () => {
  test('say what an operator looks for, when it was, and nothing of the machine', async () => {
    const server = await startServer({ METRICS_PORT: '0' });
    server.kill('SIGTERM');
    await server.exited;
    // As ISO 8601 writes it, in UTC.
    const time = expect.stringMatching(/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const { port } = server;
    expect(server.logs).toEqual([
      {
        ...{ level: 30, time, port, metricsPort: expect.any(Number), store: 'memory', providers: ['console'] },
        msg: `Ready: http://localhost:${port}/`,
      },
      { level: 30, time, signal: 'SIGTERM', msg: expect.stringMatching(/^Stopping: /) },
    ]);
    expect(server.logs[0]?.metricsPort).not.toBe(port);
  }, 60_000);
});
