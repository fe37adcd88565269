import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import sirv from 'sirv';
import { createSmsApi } from './snippets/plain-fetch';
import { vite } from './support/build-page';
import { describeInChromium, launchChromium } from './support/chromium';
import { type PageServer, startPageServer } from './support/page-server';

describe('The plain fetch snippet', () => {
  let server: PageServer;
  beforeAll(async () => {
    server = await startPageServer();
  });
  afterAll(() => server.stop());

  test('confirms a number', async () => {
    const api = createSmsApi(`${server.url}/graphql`);
    const { uuid } = await api.getCaptcha();
    const sent = await api.sendSmsCode({
      mobile: '13800138000',
      imageCode: server.store.captchaText,
      uuid: uuid ?? '',
    });
    expect(sent).toMatchObject({ code: 200, reason: 'OK', retryAfter: 60, expiresIn: 300 });
    const verified = await api.verifySmsCode({
      mobile: '13800138000',
      smsCode: server.store.codes.at(-1) ?? '',
      uuid: uuid ?? '',
    });
    expect(verified).toMatchObject({ code: 200, reason: 'OK' });
  });

  test('hands a failure over as data, and a malformed request as an error', async () => {
    const api = createSmsApi(`${server.url}/graphql`);
    expect(await api.verifySmsCode({ mobile: '1', smsCode: '123456', uuid: 'u' })).toMatchObject({
      code: 400,
      reason: 'MOBILE_INVALID',
    });
    await expect(api.verifySmsCode({} as never)).rejects.toThrow('$mobile');
  });
});

describeInChromium('The snippets for frameworks, on a page of another origin', () => {
  let browser: Browser;
  let server: PageServer;
  let pages: Server;
  let folder: string;
  let origin: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'snippets-'));
    pages = createServer((request, response) => sirv(folder, { dev: true })(request, response));
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    pages.unref();
    origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
    server = await startPageServer({
      CORS_ORIGINS: origin,
      NODE_ENV: 'production',
      STORE: 'memory',
      SMS_PROVIDERS: 'console',
    });
    vite(['build', 'test/web/snippets', '--outDir', folder], { VITE_GRAPHQL_URL: `${server.url}/graphql` });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
    pages.close();
    await rm(folder, { recursive: true });
  });

  test.each([
    ['vue', '13800138000'],
    ['react', '13800138001'],
  ])('%s confirms a number', async (framework, mobile) => {
    const page = await browser.newPage({ locale: 'en-US' });
    const complaints: string[] = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    const captcha = page.locator('img[src^="data:image/png"]');
    await page.goto(`${origin}/${framework}.html`);
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
    expect(await page.getByRole('button', { name: /^\d+$/ }).isDisabled()).toBe(true);

    await page.getByLabel('SMS code').fill(server.store.codes.at(-1) ?? '');
    await page.getByRole('button', { name: 'Confirm' }).click();
    await page.getByText('The mobile number is confirmed').waitFor();
    expect(complaints).toEqual([]);
    await page.close();
  });
});
