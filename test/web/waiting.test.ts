import { describeInChromium } from './support/chromium';
import { pageForAll } from './support/page-for-all';
import { FOR_MANY } from './support/page-server';
import { textOf, Visitor } from './support/visitor';

describeInChromium('Waiting at the page', () => {
  const here = pageForAll(FOR_MANY);

  afterEach(() => {
    here.server.store.down = false;
  });

  let lastMobile = 13_800_138_000;
  const newMobile = () => String(++lastMobile);

  const secondsOn = async (visitor: Visitor) => Number.parseInt(await textOf(visitor.resendButton), 10);

  test('the countdown goes on across a reload, for a number that need not be typed again', async () => {
    const visitor = await Visitor.arrive(here.browser, here.server);
    await visitor.askForCode('13900000401');
    await visitor.notice.getByText('发送短信成功').waitFor();
    const before = await secondsOn(visitor);

    await visitor.page.reload();
    await visitor.smsCode.waitFor();

    const after = await secondsOn(visitor);
    expect(after).toBeGreaterThan(0);
    expect(after).toBeLessThanOrEqual(before);
    expect(await visitor.page.getByText('已发送至').textContent()).toContain('139 0000 0401');
    // The code that is on its way still confirms the number.
    await visitor.handIn(here.server.store.codes.at(-1) ?? '');
    await visitor.page.getByRole('heading', { name: '手机号已验证' }).waitFor();
    await visitor.leave();
  });

  test('nothing that confirms a number is ever stored', async () => {
    const visitor = await Visitor.arrive(here.browser, here.server);
    const mobile = newMobile();
    await visitor.receiveCode(mobile);
    await visitor.smsCode.fill(here.server.store.codes.at(-1)?.slice(0, 5) ?? '');
    const { origins } = await visitor.context.storageState();
    const stored = await visitor.page.evaluate<string>('JSON.stringify({ ...sessionStorage })');
    expect(origins).toEqual([]);
    expect(stored).toContain(mobile);
    expect(stored).not.toContain(here.server.store.codes.at(-1));
    await visitor.leave();
  });

  test('the button is free when the countdown ends, and says so to a screen reader', async () => {
    const visitor = await Visitor.arrive(here.browser, here.server);
    const mobile = newMobile();
    const before = here.server.store.codes.length;
    await visitor.askForCode(mobile);
    await visitor.notice.getByText('发送短信成功').waitFor();
    expect(await visitor.resendButton.getAttribute('aria-disabled')).toBe('true');

    await visitor.pass(61);
    await visitor.page.getByText('现在可以重新获取短信验证码').waitFor({ state: 'attached' });
    expect(await textOf(visitor.resendButton)).toBe('重新获取短信验证码');
    await visitor.resendButton.click();
    await visitor.askForCode(mobile);
    await visitor.resendButton.getByText('秒后重发').waitFor();
    expect(here.server.store.codes).toHaveLength(before + 2);
    await visitor.leave();
  });

  test('a corrected number does not wait for the mistyped one', async () => {
    const visitor = await Visitor.arrive(here.browser, here.server);
    const mobile = newMobile();
    await visitor.receiveCode(mobile);
    await visitor.page.getByRole('button', { name: '换个号码' }).click();
    expect(await visitor.focused()).toBe('mobile');
    expect(await visitor.mobile.inputValue()).toBe(mobile);

    await visitor.mobile.fill('13900139000');
    expect(await textOf(visitor.sendButton)).toBe('获取短信验证码');
    await visitor.mobile.fill(mobile);
    expect(await textOf(visitor.sendButton)).toMatch(/秒后可获取/);
    await visitor.leave();
  });

  test('a click on the picture, or on the button beside it, brings another', async () => {
    const visitor = await Visitor.arrive(here.browser, here.server);
    const seen = new Set<string | null>();
    for (const next of [visitor.picture, visitor.page.getByRole('button', { name: '换一张', exact: true })]) {
      await visitor.captchaAnswer();
      seen.add(await visitor.picture.getAttribute('src'));
      await next.click();
    }
    await visitor.captchaAnswer();
    seen.add(await visitor.picture.getAttribute('src'));

    expect(seen.size).toBe(3);
    await visitor.leave();
  });

  test('a hidden tab asks for nothing after a failure, and asks when it is looked at again', async () => {
    const visitor = await Visitor.arrive(here.browser, here.server);
    const hide = (hidden: boolean) =>
      visitor.page.evaluate(
        `Object.defineProperty(document, 'hidden', { value: ${hidden}, configurable: true });
         document.dispatchEvent(new Event('visibilitychange'))`,
      );
    await visitor.captchaAnswer();
    here.server.store.down = true;
    await visitor.picture.click();
    await visitor.page.locator('.captcha-failure').waitFor();
    await hide(true);
    const asked = visitor.captchasAsked;
    // The first retry is due within two seconds.
    await visitor.pass(10);
    expect(visitor.captchasAsked).toBe(asked);

    here.server.store.down = false;
    await hide(false);
    await visitor.picture.waitFor();
    expect(visitor.captchasAsked).toBe(asked + 1);
    // It has what it asked for.
    await hide(true);
    await hide(false);
    await visitor.settled();
    expect(visitor.captchasAsked).toBe(asked + 1);
    await visitor.leave();
  });

  test('a hidden tab whose number need not wait any more asks for no captcha until somebody is there', async () => {
    const visitor = await Visitor.arrive(here.browser, here.server);
    await visitor.receiveCode(newMobile());
    await visitor.page.getByRole('button', { name: '换个号码' }).click();
    await visitor.sendButton.getByText('秒后可获取').waitFor();
    await visitor.page.evaluate(`Object.defineProperty(document, 'hidden', { value: true, configurable: true })`);
    const asked = visitor.captchasAsked;
    await visitor.pass(61);
    await visitor.sendButton.getByText('获取短信验证码').waitFor();
    expect(visitor.captchasAsked).toBe(asked);

    await visitor.page.evaluate(`Object.defineProperty(document, 'hidden', { value: false, configurable: true })`);
    await visitor.page.keyboard.press('Tab');
    await visitor.captchaAnswer();
    expect(visitor.captchasAsked).toBe(asked + 1);
    await visitor.leave();
  });

  test('a captcha that was refused for a while comes by itself when the while is over', async () => {
    const visitor = await Visitor.arrive(here.browser, here.server);
    await visitor.captchaAnswer();
    const refusal = { reason: 'QUOTA_EXCEEDED', errmsg: '次数已达上限', retryAfter: 20 };
    await visitor.page.route('**/graphql', (route) => route.fulfill({ json: { data: { imageCaptcha: refusal } } }));
    await visitor.picture.click();
    await visitor.page.getByText('验证码加载失败，次数已达上限').waitFor();
    await visitor.page.unroute('**/graphql');

    const asked = visitor.captchasAsked;
    await visitor.pass(15);
    expect(visitor.captchasAsked).toBe(asked);
    await visitor.pass(6);
    await visitor.picture.waitFor();
    await visitor.leave();
  });

  test('the captcha can be heard instead, and its digits are as good', async () => {
    const visitor = await Visitor.arrive(here.browser, here.server);
    await visitor.page.getByRole('button', { name: '听语音' }).click();
    const audio = visitor.page.locator('audio');
    await audio.waitFor();

    type Media = { readyState: number; duration: number; error: unknown };
    const heard = await audio.evaluate(
      (element) =>
        new Promise<Media>((resolve) => {
          const media = element as unknown as Media & { addEventListener(name: string, listener: () => void): void };
          const done = () => resolve({ readyState: media.readyState, duration: media.duration, error: media.error });
          if (media.readyState >= 3 || media.error) return done();
          media.addEventListener('canplay', done);
          media.addEventListener('error', done);
        }),
    );
    expect(heard.error).toBeNull();
    expect(heard.duration).toBeGreaterThan(1);
    expect(await visitor.captcha.getAttribute('inputmode')).toBe('numeric');
    expect(await visitor.barriers()).toEqual([]);
    await visitor.screenshot('zh-CN-audio');
    await visitor.page.getByRole('button', { name: '看图片' }).click();
    await visitor.picture.waitFor();
    await visitor.page.getByRole('button', { name: '听语音' }).click();
    await audio.waitFor();

    await visitor.askForCode(newMobile());
    await visitor.notice.getByText('发送短信成功').waitFor();
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });
});
