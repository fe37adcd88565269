import { loadConfig } from '../../src/config/config';

describe('NODE_ENV', () => {
  test.each(['development', 'test'])(
    'given %s, then all that is for developers is there, for this machine alone',
    (NODE_ENV) => {
      expect(loadConfig({ NODE_ENV })).toMatchObject({ development: true, schemaSdl: true, host: '127.0.0.1' });
    },
  );

  test('given production, then none of it is, and all addresses are listened on', () => {
    expect(loadConfig({ NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console' })).toMatchObject({
      development: false,
      schemaSdl: false,
      host: undefined,
    });
  });
});
