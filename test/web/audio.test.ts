import type { Browser } from 'playwright-core';
import { describeInChromium, launchChromium } from './support/chromium';
import { FOR_MANY, type PageServer, startPageServer } from './support/page-server';
import { Visitor } from './support/visitor';

describeInChromium('A captcha that is spoken', () => {
  let browser: Browser;
  let server: PageServer;

  beforeAll(async () => {
    browser = await launchChromium();
    server = await startPageServer(FOR_MANY);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  test('begins by itself where a person asked for it, and not where it takes the place of one that expired', async () => {
    const visitor = await Visitor.arrive(browser, server);
    const { page } = visitor;
    await visitor.captchaAnswer();
    await page.evaluate(`
      plays = 0;
      HTMLMediaElement.prototype.play = async function () { plays += 1; };`);
    await page.getByRole('button', { name: '听语音' }).click();
    await page.waitForFunction('plays === 1');

    await visitor.pass(296);
    await page.getByText('已过期，点击换一张').waitFor();
    await page.keyboard.press('Tab');
    await page.getByText('已过期，点击换一张').waitFor({ state: 'detached' });
    expect(visitor.captchasAsked).toBe(3);
    // A screen reader would be talked into.
    await visitor.settled();
    expect(await page.evaluate('plays')).toBe(1);

    await page.getByRole('button', { name: '换一段' }).click();
    await page.waitForFunction('plays === 2');
    await visitor.leave();
  });
});
