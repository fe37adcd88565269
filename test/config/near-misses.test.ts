import { loadConfig } from '../../src/config/config';
import { SETTINGS } from '../../src/config/settings';
import { startServer } from '../harness/server-process';

describe('A misspelt setting', () => {
  test.each([
    ['TRUST_PROXIES', 'TRUST_PROXY'],
    ['TRUST_PROX', 'TRUST_PROXY'],
    ['SMS_PROVIDER', 'SMS_PROVIDERS'],
    ['SMS_COOLDOWN', 'SMS_COOLDOWN_SECONDS'],
    ['CORS_ORIGIN', 'CORS_ORIGINS'],
    ['RONGLIAN_AUTHTOKEN', 'RONGLIAN_AUTH_TOKEN'],
    ['LOG_LEVLE', 'LOG_LEVEL'],
    ['NODE_EVN', 'NODE_ENV'],
    ['METRIC_PORT', 'METRICS_PORT'],
    ['REDIS_URI', 'REDIS_URL'],
  ])('%s: is %s meant?', (name, meant) => {
    expect(loadConfig({ [name]: 'hunter2' }).warnings).toEqual([
      `${name} is no setting of this server and is ignored: is ${meant} meant?`,
    ]);
  });

  test('what belongs to other programs is left alone', () => {
    const names =
      'PATH HOME HOSTNAME USER SHELL LANG PWD TERM TZ CI NODE_OPTIONS NODE_VERSION YARN_VERSION npm_config_cache';
    const links = 'REDIS_SERVICE_HOST REDIS_SERVICE_PORT REDIS_PORT REDIS_PORT_6379_TCP REDIS_PORT_6379_TCP_ADDR';
    const others = `${names} ${links} OTEL_SERVICE_NAME OTEL_EXPORTER_OTLP_HEADERS TEST_RUN KUBERNETES_SERVICE_HOST MAIL EDITOR`;
    const environment = Object.fromEntries(others.split(' ').map((name) => [name, 'x']));
    expect(loadConfig(environment).warnings).toEqual([]);
  });

  test('no setting is taken for a misspelling of another', () => {
    const environment = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, '']));
    expect(loadConfig(environment).warnings).toEqual([]);
  });

  test('stands in the log of the start, as a warning', async () => {
    const server = await startServer({ TRUST_PROXIES: '1' });
    await server.stop();
    expect(server.logs.filter(({ msg }) => msg.endsWith('is TRUST_PROXY meant?'))).toMatchObject([{ level: 40 }]);
  }, 60_000);
});
