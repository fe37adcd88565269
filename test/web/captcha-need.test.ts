import type { Browser } from 'playwright-core';
import { describeInChromium, launchChromium } from './support/chromium';
import { type PageServer, startPageServer } from './support/page-server';
import { Visitor } from './support/visitor';

const MOBILE = '13800138000';

// A captcha that nobody answers makes its visitor look like a script.
describeInChromium('A captcha is fetched when a person needs one', () => {
  let browser: Browser;
  let server: PageServer;
  let visitor: Visitor;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterEach(async () => {
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
    await server.stop();
  });
  afterAll(() => browser.close());

  test('a full honest flow asks for exactly one', async () => {
    server = await startPageServer();
    visitor = await Visitor.arrive(browser, server);
    await visitor.askForCode(MOBILE);
    await visitor.notice.getByText('发送短信成功').waitFor();
    // Whatever the page asks for after a success, it asks for within this.
    await visitor.page.waitForTimeout(300);
    expect(server.store.captchasIssued).toBe(1);

    await visitor.handIn(server.store.codes.at(-1) ?? '');
    await visitor.page.getByRole('heading', { name: '手机号已验证' }).waitFor();
    await visitor.page.waitForTimeout(300);
    expect(server.store.captchasIssued).toBe(1);
  });

  test('twelve numbers from one address leave one captcha unsolved, the one on display', async () => {
    server = await startPageServer({ SMS_PER_CLIENT_HOUR: '0' });
    visitor = await Visitor.arrive(browser, server);
    for (let person = 10; person < 22; person += 1) {
      await visitor.receiveCode(`138001380${person}`);
      await visitor.handIn(server.store.codes.at(-1) ?? '');
      await visitor.page.getByRole('button', { name: '验证另一个手机号' }).click();
    }
    await visitor.captchaAnswer();
    expect(server.store.captchasIssued).toBe(13);
    expect(server.store.codes).toHaveLength(12);
  }, 60_000);

  test('one that expires before nobody is not replaced; the first key or touch of somebody replaces it, once', async () => {
    server = await startPageServer({ CAPTCHA_TTL_SECONDS: '2' });
    visitor = await Visitor.arrive(browser, server);
    await visitor.captchaAnswer();
    await visitor.page.getByText('已过期，点击换一张').waitFor();
    await visitor.page.waitForTimeout(1_500);
    expect(server.store.captchasIssued).toBe(1);
    expect(await visitor.barriers()).toEqual([]);
    await visitor.screenshot('zh-CN-expired');

    await visitor.picture.click();
    await visitor.page.getByText('已过期，点击换一张').waitFor({ state: 'detached' });
    await visitor.captchaAnswer();
    expect(server.store.captchasIssued).toBe(2);

    await visitor.page.getByText('已过期，点击换一张').waitFor();
    await visitor.page.keyboard.press('Tab');
    await visitor.page.getByText('已过期，点击换一张').waitFor({ state: 'detached' });
    expect(server.store.captchasIssued).toBe(3);
  });

  test('an answer typed before it expired is told to be lost', async () => {
    server = await startPageServer({ CAPTCHA_TTL_SECONDS: '8' });
    visitor = await Visitor.arrive(browser, server);
    await visitor.mobile.fill(MOBILE);
    await visitor.captcha.fill(await visitor.captchaAnswer());
    await visitor.errorOf('captcha').getByText('验证码已过期，请输入新的验证码').waitFor();

    expect(await visitor.captcha.inputValue()).toBe('');
    expect(await visitor.mobile.inputValue()).toBe(MOBILE);
    await visitor.page.keyboard.press('Shift');
    await visitor.askForCode(MOBILE);
    await visitor.notice.getByText('发送短信成功').waitFor();
  });

  test('another code needs another captcha, fetched when it is asked for', async () => {
    server = await startPageServer({ SMS_COOLDOWN_SECONDS: '1' });
    visitor = await Visitor.arrive(browser, server);
    await visitor.receiveCode(MOBILE);
    await visitor.resendButton.getByText('重新获取短信验证码').waitFor();
    expect(server.store.captchasIssued).toBe(1);

    await visitor.resendButton.click();
    await visitor.captchaAnswer();
    expect(await visitor.focused()).toBe('captcha');
    expect(await visitor.mobile.inputValue()).toBe(MOBILE);
    expect(server.store.captchasIssued).toBe(2);
    await visitor.receiveCode(MOBILE);
    expect(server.store.codes).toHaveLength(2);
  });

  test('a reload at the code asks for none', async () => {
    server = await startPageServer();
    visitor = await Visitor.arrive(browser, server);
    await visitor.receiveCode(MOBILE);
    await visitor.page.reload();
    await visitor.smsCode.waitFor();
    await visitor.page.waitForTimeout(300);
    expect(server.store.captchasIssued).toBe(1);
  });

  test('a number that has to wait needs none until the wait is over or the number another', async () => {
    server = await startPageServer({ SMS_COOLDOWN_SECONDS: '0', SMS_PER_MOBILE_HOUR: '1' });
    visitor = await Visitor.arrive(browser, server);
    await visitor.receiveCode(MOBILE);
    await visitor.resendButton.click();
    await visitor.askForCode(MOBILE);
    await visitor.notice.getByText('次数已达上限').waitFor();
    await visitor.page.waitForTimeout(300);
    expect(server.store.captchasIssued).toBe(2);
    expect(await visitor.captcha.count()).toBe(0);

    await visitor.mobile.fill('13900139000');
    await visitor.captchaAnswer();
    expect(server.store.captchasIssued).toBe(3);
  });
});
