import type { Browser } from 'playwright-core';
import { errmsg, Reason } from '../../src/verification/reasons';
import { describeInChromium, launchChromium } from './support/chromium';
import { FOR_MANY, type PageServer, senderThatAnswers, startPageServer } from './support/page-server';
import { textOf, Visitor } from './support/visitor';

const said = (reason: Reason) => errmsg(reason, 'sendSmsCode', 'zh');

describeInChromium('A failure to get a code, as a person meets it', () => {
  let browser: Browser;
  let shared: PageServer;
  let server: PageServer;
  let visitor: Visitor;
  let mobile = '13800138000';

  /** At the server that the tests share, or at one that is set up so. */
  async function arrive(...setup: Parameters<typeof startPageServer>): Promise<void> {
    server = setup.length > 0 ? await startPageServer(...setup) : shared;
    visitor = await Visitor.arrive(browser, server);
  }

  beforeAll(async () => {
    browser = await launchChromium();
    shared = await startPageServer(FOR_MANY);
  });
  beforeEach(() => {
    mobile = String(Number(mobile) + 1);
  });
  afterEach(async () => {
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
    if (server !== shared) await server.stop();
    shared.store.down = false;
  });
  afterAll(async () => {
    await browser.close();
    await shared.stop();
  });

  test('blank fields are asked for, without red and without a request, and the first gets the focus', async () => {
    await arrive();
    await visitor.captchaAnswer();
    const asked = visitor.requests.length;
    await visitor.sendButton.click();

    expect(await textOf(visitor.errorOf('mobile'))).toBe('请输入手机号');
    expect(await textOf(visitor.errorOf('captcha'))).toBe('请输入图形验证码');
    expect(await visitor.page.locator('[aria-invalid], .wrong').count()).toBe(0);
    expect(await visitor.focused()).toBe('mobile');
    // A screen reader reads both to who comes to the field.
    expect(await visitor.captcha.getAttribute('aria-describedby')).toBe('captcha-error captcha-hint');
    expect(await visitor.page.locator('#captcha-hint').count()).toBe(1);
    expect(visitor.requests).toHaveLength(asked);
    expect(await visitor.barriers()).toEqual([]);
    await visitor.screenshot('zh-CN-blank');

    await visitor.mobile.fill('1');
    expect(await textOf(visitor.errorOf('mobile'))).toBe('');
    await visitor.sendButton.click();
    expect(await visitor.mobile.getAttribute('aria-invalid')).toBe('true');
    expect(await visitor.page.locator('.wrong').count()).toBe(1);
  });

  test('a number that is none is told at its field, without a request', async () => {
    await arrive();
    const answer = await visitor.captchaAnswer();
    const asked = visitor.requests.length;
    for (const none of ['1380013800', '138001380000', '12800138000', '1380013800a']) {
      await visitor.mobile.fill(none);
      expect(await textOf(visitor.errorOf('mobile'))).toBe('');
      await visitor.captcha.fill(answer);
      await visitor.sendButton.click();
      expect(await textOf(visitor.errorOf('mobile'))).toBe('手机号格式不正确，请输入 11 位手机号');
      expect(await visitor.focused()).toBe('mobile');
    }
    expect(visitor.requests).toHaveLength(asked);
  });

  test('CAPTCHA_MISMATCH: a new captcha by itself, the mobile kept, the focus where the answer goes', async () => {
    await arrive();
    await visitor.captchaAnswer();
    const first = await visitor.picture.getAttribute('src');
    await visitor.mobile.fill(mobile);
    await visitor.captcha.fill('?????');
    await visitor.captcha.press('Enter');
    await visitor.errorOf('captcha').getByText(said(Reason.CAPTCHA_MISMATCH)).waitFor();
    await visitor.captchaAnswer();

    expect(await visitor.picture.getAttribute('src')).not.toBe(first);
    expect(await visitor.mobile.inputValue()).toBe(mobile);
    expect(await visitor.captcha.inputValue()).toBe('');
    expect(await visitor.focused()).toBe('captcha');
    expect(await visitor.barriers()).toEqual([]);
    await visitor.askForCode(mobile);
    await visitor.notice.getByText('发送短信成功').waitFor();
  });

  test('CAPTCHA_EXPIRED: a new captcha by itself', async () => {
    await arrive();
    const answer = await visitor.captchaAnswer();
    await server.store.spendCaptcha();
    await visitor.mobile.fill(mobile);
    await visitor.captcha.fill(answer);
    await visitor.sendButton.click();
    await visitor.errorOf('captcha').getByText(said(Reason.CAPTCHA_EXPIRED)).waitFor();
    // It says nothing of a captcha of another kind.
    await visitor.captchaAnswer();
    await visitor.page.getByRole('button', { name: '听语音' }).click();
    await visitor.page.locator('audio').waitFor();
    expect(await textOf(visitor.errorOf('captcha'))).toBe('');

    await visitor.askForCode(mobile);
    await visitor.notice.getByText('发送短信成功').waitFor();
  });

  test('TOO_FREQUENT: the button counts down what is left, and the message goes with the countdown', async () => {
    await arrive();
    await visitor.captchaAnswer();
    // Another browser, which knows nothing of the countdown, is one click away from its own message.
    const other = await Visitor.arrive(browser, server);
    await other.mobile.fill(mobile);
    await other.captcha.fill(await other.captchaAnswer());
    await visitor.picture.click();
    await visitor.askForCode(mobile);
    await visitor.notice.getByText('发送短信成功').waitFor();
    await other.sendButton.click();
    await other.notice.getByText(said(Reason.TOO_FREQUENT)).waitFor();

    // This browser has sent nothing that could be resent.
    expect(await textOf(other.sendButton)).toMatch(/^\d+ 秒后可获取$/);
    expect(await other.captcha.count()).toBe(0);
    expect(await other.barriers()).toEqual([]);
    await other.pass(61);
    await other.notice.getByText(said(Reason.TOO_FREQUENT)).waitFor({ state: 'detached' });
    expect(await textOf(other.sendButton)).toBe('获取短信验证码');
    await other.captchaAnswer();
    await other.leave();
  });

  test('QUOTA_EXCEEDED: a wait of an hour reads as one', async () => {
    await arrive({ SMS_COOLDOWN_SECONDS: '0', SMS_PER_MOBILE_HOUR: '1' });
    await visitor.receiveCode(mobile);
    await visitor.resendButton.click();
    await visitor.askForCode(mobile);
    await visitor.notice.getByText(said(Reason.QUOTA_EXCEEDED)).waitFor();

    expect(await textOf(visitor.sendButton)).toMatch(/^(1:00:00|59:\d\d) 后可获取$/);
    expect(await visitor.barriers()).toEqual([]);
    await visitor.screenshot('zh-CN-quota');

    // The code that was sent before is still good.
    await visitor.page.getByRole('button', { name: '输入已收到的短信验证码' }).click();
    await visitor.handIn(server.store.codes.at(-1) ?? '');
    await visitor.page.getByRole('heading', { name: '手机号已验证' }).waitFor();
  });

  test.each(['zh-CN', 'en'])(
    'QUOTA_EXCEEDED for the client, in %s: nothing reads as if a code could be resent',
    async (locale) => {
      server = await startPageServer({ SMS_PER_CLIENT_HOUR: '1' });
      const first = await Visitor.arrive(browser, server);
      await first.receiveCode(mobile);
      await first.leave();
      visitor = await Visitor.arrive(browser, server, { locale });
      await visitor.askForCode('13900139000');
      await visitor.page.locator('.notice.bad').waitFor();

      expect(await textOf(visitor.sendButton)).toMatch(/^((1:00:00|59:\d\d) 后可获取|Available in (1:00:00|59:\d\d))$/);
      expect(await visitor.page.getByText(/重发|重新|resend|another/i).count()).toBe(0);
    },
  );

  test('QUOTA_EXCEEDED for captchas: told where the picture would be', async () => {
    await arrive({ CAPTCHA_PER_CLIENT_MINUTE: '1' });
    await visitor.captchaAnswer();
    await visitor.picture.click();
    await visitor.page.getByText(`验证码加载失败，${said(Reason.QUOTA_EXCEEDED)}`).waitFor();

    expect(await visitor.barriers()).toEqual([]);
    await visitor.screenshot('zh-CN-captcha-quota');
  });

  test('SMS_REJECTED: told beside the button, which is free at once', async () => {
    await arrive({}, senderThatAnswers('refused'));
    await visitor.askForCode(mobile);
    await visitor.notice.getByText(said(Reason.SMS_REJECTED)).waitFor();

    expect(await textOf(visitor.sendButton)).toBe('获取短信验证码');
    expect(await visitor.sendButton.getAttribute('aria-disabled')).toBe('false');
  });

  test('SMS_UNCONFIRMED: the message may come, so its code can be typed, and the button counts down', async () => {
    await arrive({}, senderThatAnswers('unknown'));
    await visitor.askForCode(mobile);
    await visitor.notice.getByText(said(Reason.SMS_UNCONFIRMED)).waitFor();

    expect(await textOf(visitor.resendButton)).toMatch(/秒后重发/);
    expect(await visitor.focused()).toBe('sms-code');
    await visitor.handIn(server.store.codes.at(-1) ?? '');
    await visitor.page.getByRole('heading', { name: '手机号已验证' }).waitFor();
  });

  test('SERVICE_UNAVAILABLE: told for the whole form, and where the picture would be', async () => {
    await arrive();
    await visitor.captchaAnswer();
    server.store.down = true;
    await visitor.askForCode(mobile);
    await visitor.alert.getByText(said(Reason.SERVICE_UNAVAILABLE)).waitFor();
    // The captcha is spent: the same request could not succeed.
    expect(await visitor.alert.getByRole('button').count()).toBe(0);
    await visitor.page.getByText(`验证码加载失败，${said(Reason.SERVICE_UNAVAILABLE)}`).waitFor();
    expect(await visitor.barriers()).toEqual([]);
    await visitor.screenshot('zh-CN-unavailable');
    // What was said of one number says nothing of another.
    await visitor.mobile.fill('13900139000');
    expect(await textOf(visitor.alert)).toBe('');

    server.store.down = false;
    // The captcha comes back by itself.
    await visitor.picture.waitFor();
    await visitor.askForCode(mobile);
    await visitor.notice.getByText('发送短信成功').waitFor();
    expect(await visitor.alert.textContent()).toBe('');
  });

  test('SERVICE_UNAVAILABLE on arrival: no red before anybody has typed, and a button for the impatient', async () => {
    shared.store.down = true;
    await arrive();
    const failure = visitor.page.locator('.captcha-failure');
    await failure.waitFor();
    expect(await visitor.page.locator('.wrong, .alert').count()).toBe(0);
    const colours = await failure.evaluate((element) => {
      const { getComputedStyle, document } = globalThis as unknown as {
        getComputedStyle(of: unknown): { color: string };
        document: { body: unknown };
      };
      return [getComputedStyle(element).color, getComputedStyle(document.body).color];
    });
    expect(colours[0]).toBe(colours[1]);

    server.store.down = false;
    await failure.getByRole('button', { name: '重试' }).click();
    await visitor.picture.waitFor();
  });
});
