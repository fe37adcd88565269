import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { describeInChromium, launchChromium } from './support/chromium';
import { COPIES, type OriginalCopy, originalPage } from './support/original-copies';
import { type PageServer, startPageServer } from './support/page-server';

describeInChromium('Pages in the manner of the original', () => {
  let browser: Browser;
  let pages: Server;
  let origin: string;
  let html = '';

  beforeAll(async () => {
    browser = await launchChromium();
    pages = createServer((_, response) => response.setHeader('content-type', 'text/html').end(html));
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    pages.unref();
    origin = `http://127.0.0.1:${(pages.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await browser.close();
    pages.close();
  });

  /** Opens a page and returns the complaints of its browser, but those of HTTP statuses, which are answers like others. */
  async function open(url: string): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage({ locale: 'zh-CN' });
    page.setDefaultTimeout(40_000);
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !/status of 4/.test(message.text())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url);
    return { page, complaints };
  }

  const pictureSource = (page: Page) => page.locator('#picture').getAttribute('src');
  const pictureShown = (page: Page) =>
    page.waitForFunction('document.images[0].complete && document.images[0].naturalWidth === 240');

  async function ask(page: Page, mobile: string, answer: string): Promise<void> {
    await page.fill('#mobile', mobile);
    await page.fill('#answer', answer);
    await page.click('#send');
  }

  /** A wrong answer, the right one, the countdown; then once more, within the cooldown. */
  async function visitTwice(server: PageServer, url: string, copy: OriginalCopy, mobile: string): Promise<void> {
    const { page, complaints } = await open(url);
    await pictureShown(page);
    const first = await pictureSource(page);
    await ask(page, mobile, '????');
    await page.locator('#answer-error', { hasText: '输入图形验证码有误' }).waitFor();
    while ((await pictureSource(page)) === first) await page.waitForTimeout(10);
    await pictureShown(page);
    if (copy.letters) expect(server.store.captchaText).toHaveLength(copy.letters);
    await ask(page, mobile, server.store.captchaText.toLowerCase());
    await page.locator('#send', { hasText: /^5\d秒$/ }).waitFor();
    expect(server.store.codes).toHaveLength(1);

    // What a visitor would do who is in a hurry.
    await page.reload();
    await pictureShown(page);
    await ask(page, mobile, server.store.captchaText);
    await page.locator('#sms-error', { hasText: '操作过于频繁' }).waitFor();
    expect(server.store.codes).toHaveLength(1);
    expect(complaints).toEqual([]);
    await page.close();
  }

  test.each(COPIES.map((copy) => [copy.dialect, copy] as const))(
    'on another origin, with ORIGINAL_API=%s: picture, wrong captcha, countdown, cooldown',
    async (dialect, copy) => {
      const server = await startPageServer({ ORIGINAL_API: dialect, CORS_ORIGINS: origin });
      html = originalPage(copy, server.url, 'include');
      await visitTwice(server, origin, copy, '13800138000');
      await server.stop();
    },
  );

  test('on the origin of the server', async () => {
    const [copy] = COPIES as [OriginalCopy];
    const server = await startPageServer({ ORIGINAL_API: copy.dialect });
    html = originalPage(copy, '', 'same-origin');
    // A shop's proxy would put both under one name; the browser is told that this page came from there.
    const context = await browser.newContext();
    await context.route(`${server.url}/register/`, (route) => route.fulfill({ contentType: 'text/html', body: html }));
    const page = await context.newPage();
    await page.goto(`${server.url}/register/`);
    await pictureShown(page);
    await ask(page, '13800138000', server.store.captchaText);
    await page.locator('#send', { hasText: /^(60|5\d)秒$/ }).waitFor();
    expect(server.store.codes).toHaveLength(1);
    await context.close();
    await server.stop();
  });

  test('on the origin of a stranger: no picture, no message, though the visitor’s browser asks for both', async () => {
    const [copy] = COPIES as [OriginalCopy];
    const server = await startPageServer({ ORIGINAL_API: copy.dialect });
    html = originalPage(copy, server.url, 'include');
    const { page } = await open(origin);
    await page.waitForFunction('document.images[0].complete');
    expect(await page.evaluate('document.images[0].naturalWidth')).toBe(0);
    const unread = page.waitForEvent('requestfailed', (request) => request.url().includes('/sms_codes/'));
    await ask(page, '13800138000', 'ABCDE');
    await unread;
    expect(server.store.captchasIssued).toBe(0);
    await page.close();
    await server.stop();
  });
});
