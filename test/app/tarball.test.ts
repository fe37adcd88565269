import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { compiledServer } from '../harness/compiled-server';
import { waitUntil } from '../harness/wait-until';

const ROOT = join(__dirname, '../..');
const NAME = 'sms-verification-server';
const PACKED = ['package.json', 'LICENSE', 'README.md', 'fonts'];

/** Top folders of what an install for production brings, by the lock file. */
function productionDependencies(): string[] {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean; link?: boolean }>;
  };
  return Object.entries(packages)
    .filter(([, { dev, devOptional, link }]) => !dev && !devOptional && !link)
    .flatMap(([path]) => /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1] ?? []);
}

describe('The package as npm pack makes it, in a folder of its own', () => {
  let folder: string;
  let installed: string;

  // As an install would leave it. What it depends on comes from this checkout: links to production's packages alone, so that a registry
  // is not needed and what a development dependency would bring is missed.
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tarball-'));
    const checkout = join(folder, 'checkout');
    for (const name of PACKED) cpSync(join(ROOT, name), join(checkout, name), { recursive: true });
    cpSync(dirname(compiledServer()), join(checkout, 'dist'), { recursive: true });
    const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
    const tarball = execFileSync('npm', pack, { cwd: checkout, encoding: 'utf8' }).trim();
    rmSync(checkout, { recursive: true });

    const modules = join(folder, 'empty/node_modules');
    installed = join(modules, NAME);
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', join(folder, tarball), '--strip-components=1', '-C', installed]);
    for (const name of productionDependencies()) {
      mkdirSync(dirname(join(modules, name)), { recursive: true });
      symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
    }
    const { bin } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    mkdirSync(join(modules, '.bin'));
    for (const [command, file] of Object.entries<string>(bin)) {
      chmodSync(join(installed, file), 0o755);
      symlinkSync(join('..', NAME, file), join(modules, '.bin', command));
    }
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    ['as it is', {}],
    ['in production', { NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console' }],
  ])(
    'answers its first captcha, started by npx: %s',
    async (_, settings) => {
      const { PATH, HOME } = process.env;
      const npx = spawn('npx', ['--offline', 'sms-verification'], {
        cwd: join(folder, 'empty'),
        env: { PATH, HOME, PORT: '0', HOST: '127.0.0.1', ...settings },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      try {
        let output = '';
        for (const stream of [npx.stdout, npx.stderr])
          stream.setEncoding('utf8').on('data', (text: string) => {
            output += text;
          });
        const port = () => /Ready: \S*?:(\d+)/.exec(output)?.[1];
        await waitUntil(
          'the server is ready, or has ended',
          () => port() !== undefined || npx.exitCode !== null,
          60_000,
        );
        expect(output).toContain('Ready: ');

        const answer = await fetch(`http://127.0.0.1:${port()}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"query":"{ imageCaptcha { code image } }"}',
        });
        const { data } = (await answer.json()) as { data: { imageCaptcha: { code: number; image: string } } };
        expect(data.imageCaptcha).toEqual({ code: 200, image: expect.stringMatching(/^data:image\/png;base64,/) });
      } finally {
        // The group: npx leaves its child behind where it is killed alone.
        try {
          process.kill(-(npx.pid ?? 0), 'SIGKILL');
        } catch {}
        if (npx.exitCode === null && npx.signalCode === null) await once(npx, 'close');
      }
    },
    90_000,
  );
});
