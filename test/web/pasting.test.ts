import type { Browser } from 'playwright-core';
import { describeInChromium, launchChromium } from './support/chromium';
import { type PageServer, startPageServer } from './support/page-server';
import { Visitor } from './support/visitor';

/** A paste as a browser does it: into the focused field, as one insertion. */
async function paste(visitor: Visitor, text: string): Promise<void> {
  await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await visitor.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  await visitor.page.keyboard.press('Control+V');
}

describeInChromium('What is pasted', () => {
  let browser: Browser;
  let server: PageServer;

  beforeAll(async () => {
    browser = await launchChromium();
    server = await startPageServer();
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });

  test.each([
    ['86 138 0013 8000', '13800138000'],
    ['+86138 0013 8001', '13800138001'],
  ])('%s, and the message whole, confirm a number without another click', async (copied, mobile) => {
    const visitor = await Visitor.arrive(browser, server);
    await visitor.mobile.focus();
    await paste(visitor, copied);
    expect(await visitor.mobile.inputValue()).toBe(mobile);

    await visitor.captcha.fill(await visitor.captchaAnswer());
    await visitor.captcha.press('Enter');
    await visitor.smsCode.waitFor();
    await paste(visitor, `【美多】${server.store.codes.at(-1)}`);
    await visitor.page.getByRole('heading', { name: '手机号已验证' }).waitFor();
    await visitor.leave();
  });
});
