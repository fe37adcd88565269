import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/config';
import { SETTINGS } from '../../src/config/settings';

const ROOT = join(__dirname, '../..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

const dockerfile = read('Dockerfile');
const stages = dockerfile.split(/^FROM .*$/m).slice(1);
const ignored = read('.dockerignore')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));

/** What a stage copies from the working copy. */
function copied(stage = ''): string[] {
  return [...stage.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, args = '']) => args.split(' ').slice(0, -1));
}

interface Compose {
  services: Record<
    string,
    { environment?: Record<string, string>; read_only?: boolean; command?: string[]; ports?: string[] }
  >;
}

describe('Dockerfile', () => {
  test('copies what is there and what .dockerignore lets through', () => {
    const sources = stages.flatMap(copied);
    expect(sources).toContain('src');
    for (const source of sources) {
      expect([source, existsSync(join(ROOT, source))]).toEqual([source, true]);
      expect(ignored).toContain(`!${source}`);
    }
    expect(ignored[0]).toBe('*');
  });

  test('keeps no secret of a working copy: whatever else is ignored, so are its .env files', () => {
    expect(ignored).toContain('**/.env*');
  });

  test('what runs in it has no development dependency, is not root, and belongs to root', () => {
    expect(stages).toHaveLength(2);
    expect(stages[0]).toContain('npm prune --omit=dev');
    expect(stages[1]).toMatch(/^USER node$/m);
    expect(stages[1]).not.toMatch(/--chown|RUN/);
  });

  test('runs on the Node that the package asks for', () => {
    const versions = [...dockerfile.matchAll(/^FROM node:(\d+)/gm)].map(([, version]) => version);
    expect(versions).toEqual(Array(2).fill(read('.nvmrc').trim()));
  });

  test('starts what npm start starts, on the port of the settings', () => {
    const scripts: Record<string, string> = JSON.parse(read('package.json')).scripts;
    const command: string[] = JSON.parse(/^CMD (\[.*\])$/m.exec(stages[1] ?? '')?.[1] ?? '[]');
    // Of npm's, the first half is for shells that hand signals on only to what they turn into, the second for those without `exec`.
    expect(scripts.start).toBe(`exec ${command.join(' ')} || ${command.join(' ')}`);
    expect(stages[1]).toContain(`EXPOSE ${SETTINGS.PORT.defaultText}\n`);
    expect(stages[1]).toContain(`process.env.PORT || ${SETTINGS.PORT.defaultText}}/healthz`);
  });
});

describe('compose.yaml', () => {
  const { services } = parse(read('compose.yaml')) as Compose;

  test('starts the server with settings that it takes, in production', () => {
    const environment = Object.fromEntries(
      Object.entries(services.server?.environment ?? {}).map(([name, value]) => [
        name,
        value.replace(/^\$\{\w+:-(.*)\}$/, '$1'),
      ]),
    );
    for (const name of Object.keys(environment)) expect(Object.keys(SETTINGS)).toContain(name);
    expect(loadConfig(environment)).toMatchObject({ development: false, store: { kind: 'redis' } });
  });

  test('publishes the API and not the metrics, and lets nothing be written', () => {
    expect(services.server?.ports).toEqual(['4000:4000']);
    expect(services.server?.read_only).toBe(true);
  });

  test('its Redis forgets no limit: neither when it is full nor when it restarts', () => {
    const command = services.redis?.command?.join(' ');
    expect(command).toContain('--maxmemory-policy noeviction');
    expect(command).toContain('--appendonly yes');
    expect(services.redis?.ports).toBeUndefined();
  });
});
