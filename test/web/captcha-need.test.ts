import { describeInChromium } from './support/chromium';
import { pageForAll } from './support/page-for-all';
import { FOR_MANY } from './support/page-server';
import { textOf, Visitor } from './support/visitor';

// A captcha that nobody answers makes its visitor look like a script.
describeInChromium('A captcha is fetched when a person needs one', () => {
  const here = pageForAll(FOR_MANY);
  let visitor: Visitor;
  let mobile = 13_800_138_000;

  beforeEach(async () => {
    mobile += 1;
    visitor = await Visitor.arrive(here.browser, here.server);
  });
  afterEach(async () => {
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });

  test('a full honest flow asks for exactly one', async () => {
    await visitor.askForCode(String(mobile));
    await visitor.notice.getByText('发送短信成功').waitFor();
    await visitor.pass(120);
    expect(visitor.captchasAsked).toBe(1);

    await visitor.handIn(here.server.store.codes.at(-1) ?? '');
    await visitor.page.getByRole('heading', { name: '手机号已验证' }).waitFor();
    await visitor.pass(120);
    expect(visitor.captchasAsked).toBe(1);
  });

  test('four numbers in a row leave one captcha unsolved, the one on display', async () => {
    const before = here.server.store.codes.length;
    for (let person = 0; person < 4; person += 1) {
      await visitor.receiveCode(`1390013800${person}`);
      await visitor.handIn(here.server.store.codes.at(-1) ?? '');
      await visitor.page.getByRole('button', { name: '验证另一个手机号' }).click();
    }
    await visitor.captchaAnswer();
    expect(visitor.captchasAsked).toBe(5);
    expect(here.server.store.codes).toHaveLength(before + 4);
  });

  test('one that expires before nobody is not replaced; the first key or touch of somebody replaces it, once', async () => {
    await visitor.captchaAnswer();
    await visitor.pass(296);
    await visitor.page.getByText('已过期，点击换一张').waitFor();
    await visitor.pass(300);
    expect(visitor.captchasAsked).toBe(1);
    const toScreenReaders = visitor.page.locator('.visually-hidden[aria-live=polite]');
    expect(await textOf(toScreenReaders)).toBe('验证码已过期，请输入新的验证码');
    expect(await visitor.barriers()).toEqual([]);
    await visitor.screenshot('zh-CN-expired');

    await visitor.picture.click();
    await visitor.page.getByText('已过期，点击换一张').waitFor({ state: 'detached' });
    await visitor.captchaAnswer();
    expect(visitor.captchasAsked).toBe(2);

    await visitor.pass(296);
    await visitor.page.getByText('已过期，点击换一张').waitFor();
    await visitor.page.keyboard.press('Tab');
    await visitor.page.getByText('已过期，点击换一张').waitFor({ state: 'detached' });
    expect(visitor.captchasAsked).toBe(3);

    // A touch wherever it is, also where nothing takes the focus.
    await visitor.captchaAnswer();
    await visitor.pass(296);
    await visitor.page.getByText('已过期，点击换一张').waitFor();
    await visitor.page.getByRole('heading').click();
    await visitor.page.getByText('已过期，点击换一张').waitFor({ state: 'detached' });
    expect(visitor.captchasAsked).toBe(4);
  });

  test('it counts as expired a little before its end: what was typed must get there in time', async () => {
    await visitor.captchaAnswer();
    const { clock } = visitor.page;
    // It was issued before this moment, for 300 s.
    await clock.pauseAt((await visitor.page.evaluate<number>('Date.now()')) + 296_000);
    await visitor.page.getByText('已过期，点击换一张').waitFor();
    await clock.resume();
  });

  test('an answer typed before it expired is told to be lost', async () => {
    await visitor.mobile.fill(String(mobile));
    await visitor.captcha.fill(await visitor.captchaAnswer());
    await visitor.pass(296);
    await visitor.errorOf('captcha').getByText('验证码已过期，请输入新的验证码').waitFor();

    expect(await visitor.captcha.inputValue()).toBe('');
    expect(await visitor.mobile.inputValue()).toBe(String(mobile));
    await visitor.page.keyboard.press('Shift');
    await visitor.askForCode(String(mobile));
    await visitor.notice.getByText('发送短信成功').waitFor();
  });

  test('another code needs another captcha, fetched when it is asked for', async () => {
    const before = here.server.store.codes.length;
    await visitor.receiveCode(String(mobile));
    await visitor.pass(61);
    await visitor.resendButton.getByText('重新获取短信验证码').waitFor();
    expect(visitor.captchasAsked).toBe(1);

    await visitor.resendButton.click();
    await visitor.captchaAnswer();
    expect(await visitor.focused()).toBe('captcha');
    expect(await visitor.mobile.inputValue()).toBe(String(mobile));
    expect(visitor.captchasAsked).toBe(2);
    await visitor.receiveCode(String(mobile));
    expect(here.server.store.codes).toHaveLength(before + 2);
  });

  test('a reload at the code asks for none', async () => {
    await visitor.receiveCode(String(mobile));
    await visitor.page.reload();
    await visitor.smsCode.waitFor();
    await visitor.settled();
    expect(visitor.captchasAsked).toBe(1);
  });

  test('a number that has to wait needs none until the wait is over or the number another', async () => {
    await visitor.receiveCode(String(mobile));
    await visitor.page.getByRole('button', { name: '换个号码' }).click();
    await visitor.sendButton.getByText('秒后可获取').waitFor();
    await visitor.settled();
    expect(visitor.captchasAsked).toBe(1);
    expect(await visitor.captcha.count()).toBe(0);

    await visitor.mobile.fill('13900139000');
    await visitor.captchaAnswer();
    expect(visitor.captchasAsked).toBe(2);
    await visitor.mobile.fill(String(mobile));
    await visitor.pass(61);
    expect(await visitor.captcha.count()).toBe(1);
  });
});
