import { readFileSync } from 'node:fs';
import { loadConfig } from '../../src/config/config';
import { SETTINGS } from '../../src/config/settings';
import { ENV_EXAMPLE, envExample } from '../../tools/write-env-example';

const text = readFileSync(ENV_EXAMPLE, 'utf8');

describe('deploy/.env.example', () => {
  test('is what "npm run docs:settings" writes', () => {
    expect(text).toBe(envExample());
  });

  test('has every setting once, switched off', () => {
    expect([...text.matchAll(/^#([A-Z_]+)=/gm)].map(([, name]) => name)).toEqual(Object.keys(SETTINGS));
    expect(text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([]);
  });

  test('switched on as it is, changes nothing', () => {
    const lines = [...text.matchAll(/^#([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]);
    // With the console sender it is random.
    const secret = { CLIENT_HASH_SECRET: 'a secret' };
    expect(loadConfig({ ...Object.fromEntries(lines), ...secret })).toEqual(loadConfig(secret));
  });
});
