import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import sirv from 'sirv';
import { ROOT, vite } from './support/build-page';
import { describeInChromium, launchChromium } from './support/chromium';
import { examplesWithPackedClient } from './support/packed-client';
import { type PageServer, startPageServer } from './support/page-server';

const BUILT = ['vue-vite', 'react-vite', 'react-apollo'];
const SURVIVES_A_RELOAD = ['vue-vite', 'react-vite', 'plain-html'];

let folder: string;
beforeAll(() => {
  folder = examplesWithPackedClient();
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('The packed client', () => {
  const installed = (file: string) => join(folder, 'node_modules/sms-verification-client', file);

  test('weighs less than 3 KB without a framework, gzipped, and loads nothing else', () => {
    const entry = readFileSync(installed('dist/create-verification.js'));
    expect(entry.toString()).not.toMatch(/\bfrom\s*"|\bimport\b/);
    expect(gzipSync(entry).length).toBeLessThan(3 * 1024);
  });

  test('has in its ways in for frameworks what these add alone', () => {
    for (const name of ['vue', 'react']) {
      const file = readFileSync(installed(`dist/${name}.js`));
      expect(file.toString()).toContain('from"./create-verification.js"');
      expect(gzipSync(file).length).toBeLessThan(512);
    }
  });

  test('depends on nothing, and holds no source', () => {
    const manifest = JSON.parse(readFileSync(installed('package.json'), 'utf8'));
    expect(manifest.dependencies).toBeUndefined();
    expect(() => readFileSync(installed('src/create-verification.ts'))).toThrow('ENOENT');
    for (const { types, default: code } of Object.values<{ types: string; default: string }>(manifest.exports)) {
      for (const file of [types, code]) expect(existsSync(installed(file))).toBe(true);
    }
  });

  test('has types that a strict compiler takes, declarations included', () => {
    writeFileSync(
      join(folder, 'uses.ts'),
      `import { createVerification, type Outcome } from 'sms-verification-client';
       import { useVerification as inVue } from 'sms-verification-client/vue';
       import { useVerification as inReact } from 'sms-verification-client/react';
       import { inbound } from 'sms-verification-client/inbound';
       import { SendSmsCodeDocument } from 'sms-verification-client/documents';
       const verification = createVerification({ endpoint: '/graphql', language: 'en', inbound });
       export const outcome: Promise<Outcome | null> = verification.send('abcd');
       // @ts-expect-error: there is no such language
       createVerification({ endpoint: '/graphql', language: 'fr' });
       export type Sent = ReturnType<NonNullable<(typeof SendSmsCodeDocument)['__apiType']>>['sendSmsCode']['reason'];
       export const ok: Sent = 'OK';
       // @ts-expect-error: there is no such reason
       export const wrong: Sent = 'FINE';
       export const hooks = [inVue, inReact];`,
    );
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      // Of the browser's own declarations alone, which take a compiler longer than all others.
      skipDefaultLibCheck: true,
      noEmit: true,
      target: 'es2022',
      lib: ['es2023', 'dom', 'dom.iterable'],
      module: 'nodenext',
      types: [],
    };
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['uses.ts'] }));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    let complaints = '';
    try {
      execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    } catch (error) {
      complaints = (error as { stdout: string }).stdout;
    }
    expect(complaints).toBe('');
    // The declarations of Vue and of React are checked with them.
  }, 120_000);
});

describeInChromium('The examples, with the packed client, on a page of another origin', () => {
  let browser: Browser;
  let server: PageServer;
  let pages: Server;
  let origin: string;

  beforeAll(async () => {
    pages = createServer((request, response) => sirv(join(folder, 'served'), { dev: true })(request, response));
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    pages.unref();
    origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
    server = await startPageServer({
      CORS_ORIGINS: origin,
      NODE_ENV: 'production',
      STORE: 'memory',
      SMS_PROVIDERS: 'console',
      SMS_PER_CLIENT_HOUR: '0',
      // What this client sends, and Apollo Client for it, is known without a manifest.
      TRUSTED_DOCUMENTS_MODE: 'only',
    });
    const endpoint = `${server.url}/graphql`;
    for (const example of BUILT) {
      const to = join(folder, 'served', example);
      vite(['build', join(folder, example), '--base', './', '--outDir', to, '--emptyOutDir'], {
        VITE_SMS_ENDPOINT: endpoint,
      });
    }
    const plain = join(folder, 'served/plain-html');
    cpSync(join(folder, 'plain-html'), plain, { recursive: true });
    cpSync(join(folder, 'node_modules'), join(plain, 'node_modules'), { recursive: true });
    const html = readFileSync(join(plain, 'index.html'), 'utf8');
    writeFileSync(join(plain, 'index.html'), html.replace('http://localhost:4000/graphql', endpoint));
    browser = await launchChromium();
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await server.stop();
    pages.close();
  });

  async function open(example: string): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage({ locale: 'en-US' });
    page.setDefaultTimeout(40_000);
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${origin}/${example}/`);
    return { page, complaints };
  }

  test.each([
    ['vue-vite', '13800138000'],
    ['react-vite', '13800138001'],
    ['react-apollo', '13800138002'],
    ['plain-html', '13800138003'],
  ])('%s confirms a number, and asks for a captcha only when it needs one', async (example, mobile) => {
    const issued = server.store.captchasIssued;
    const { page, complaints } = await open(example);
    const captcha = page.locator('img[src^="data:image/png"]');
    await captcha.waitFor();
    const first = await captcha.getAttribute('src');

    await page.getByLabel('Mobile').fill(mobile);
    await page.getByRole('textbox', { name: 'Captcha' }).fill('?????');
    await page.getByRole('button', { name: 'Get SMS code' }).click();
    await page.getByText('The captcha answer is wrong').waitFor();
    while ((await captcha.getAttribute('src')) === first) await page.waitForTimeout(20);

    await page.getByRole('textbox', { name: 'Captcha' }).fill(server.store.captchaText);
    await page.getByRole('button', { name: 'Get SMS code' }).click();
    await page.getByText('The message has been sent').waitFor();
    await page.getByText(`Sent to ${mobile}`).waitFor();
    if (SURVIVES_A_RELOAD.includes(example)) {
      await page.reload();
      await page.getByText(`Sent to ${mobile}`).waitFor();
    }

    await page.getByLabel('SMS code').fill(server.store.codes.at(-1) ?? '');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('The mobile number is confirmed').waitFor();
    expect(server.store.captchasIssued - issued).toBe(2);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
