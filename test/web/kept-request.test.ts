import { describeInChromium } from './support/chromium';
import { pageForAll } from './support/page-for-all';
import { FOR_MANY, startPageServer } from './support/page-server';
import { textOf, Visitor } from './support/visitor';

describeInChromium('The request that a code was asked for with', () => {
  const here = pageForAll(FOR_MANY);
  let visitor: Visitor;
  let mobile = '13900000400';

  beforeEach(async () => {
    mobile = String(Number(mobile) + 1);
    visitor = await Visitor.arrive(here.browser, here.server);
  });
  afterEach(async () => {
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });

  const confirmed = () => visitor.page.getByRole('heading', { name: '手机号已验证' });

  /** Holds the answer to a send back until it is let go. */
  async function holdSend(): Promise<() => void> {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    await visitor.page.route('**/graphql', async (route) => {
      if (!route.request().postData()?.includes('sendSmsCode')) return route.continue();
      const response = await route.fetch();
      await held;
      return route.fulfill({ response });
    });
    return letGo;
  }

  test('says to which number the code went, and is still there after a reload', async () => {
    await visitor.receiveCode(mobile);
    const sentTo = visitor.page.getByText('已发送至');
    expect(await textOf(sentTo)).toBe('已发送至 139 0000 0401');

    await visitor.page.reload();
    await visitor.smsCode.waitFor();
    expect(await textOf(sentTo)).toBe('已发送至 139 0000 0401');
    expect(visitor.page.url()).toBe(`${here.server.url}/`);
    await visitor.handIn(here.server.store.codes.at(-1) ?? '');
    await confirmed().waitFor();
  });

  test('given a code that is good no more, then a reload leads back to the captcha, with the number', async () => {
    await visitor.receiveCode(mobile);
    await visitor.pass(301);
    await visitor.page.reload();
    await visitor.captchaAnswer();
    expect(await visitor.smsCode.count()).toBe(0);
    expect(await visitor.mobile.inputValue()).toBe(mobile);
    expect(await visitor.page.getByRole('button', { name: '输入已收到的短信验证码' }).count()).toBe(0);
  });

  test('is gone from sight when the number changes while the message is being sent', async () => {
    const letGo = await holdSend();
    await visitor.askForCode(mobile);
    await visitor.sendButton.getByText('发送中…').waitFor();
    await visitor.mobile.fill('13800138000');
    letGo();
    await visitor.sendButton.getByText('获取短信验证码').waitFor();

    expect(await visitor.smsCode.count()).toBe(0);
    expect(await visitor.page.getByText(/已发送|成功/).count()).toBe(0);
    expect(await visitor.mobile.inputValue()).toBe('13800138000');
    // The other number needs a captcha of its own; the first one has its code, and its wait.
    await visitor.captchaAnswer();
    expect(visitor.captchasAsked).toBe(2);
    await visitor.mobile.fill(mobile);
    expect(await textOf(visitor.sendButton)).toMatch(/秒后可获取/);
    await visitor.page.getByRole('button', { name: '输入已收到的短信验证码' }).click();
    await visitor.handIn(here.server.store.codes.at(-1) ?? '');
    await confirmed().waitFor();
  });

  test('survives a reload before the answer: the code that comes can be handed in', async () => {
    await holdSend();
    const before = here.server.store.codes.length;
    await visitor.askForCode(mobile);
    await visitor.sendButton.getByText('发送中…').waitFor();
    while (here.server.store.codes.length === before) await visitor.page.waitForTimeout(20);
    await visitor.page.reload();

    // Nobody told the page that it was sent, so the page doesn't say it.
    await visitor.page.getByRole('button', { name: '输入已收到的短信验证码' }).click();
    await visitor.handIn(here.server.store.codes.at(-1) ?? '');
    await confirmed().waitFor();
  });

  test('goes with the code: the captcha that was spent on it, and the purpose that the link asked for', async () => {
    await visitor.page.goto(`${here.server.url}/?purpose=LOGIN`);
    await visitor.captchaAnswer();
    const uuid = here.server.store.captchaUuid;
    await visitor.receiveCode(mobile);
    await visitor.page.reload();
    await visitor.smsCode.waitFor();
    const asked = visitor.page.waitForRequest((request) => request.postData()?.includes('verifySmsCode') === true);
    await visitor.handIn(here.server.store.codes.at(-1) ?? '');

    expect((await asked).postDataJSON().variables).toMatchObject({ mobile: mobile, uuid, purpose: 'LOGIN' });
    await confirmed().waitFor();
    expect(visitor.page.url()).toBe(`${here.server.url}/?purpose=LOGIN`);
  });

  test('of another purpose is not taken up', async () => {
    await visitor.receiveCode(mobile);
    await visitor.page.goto(`${here.server.url}/?purpose=RESET_PASSWORD`);
    // The cooldown is the number's, whatever a code is for.
    await visitor.sendButton.getByText('秒后可获取').waitFor();
    expect(await visitor.smsCode.count()).toBe(0);
    expect(await visitor.page.getByText('输入已收到的短信验证码').count()).toBe(0);

    await visitor.page.goto(here.server.url);
    await visitor.smsCode.waitFor();
  });

  test('has a name for support, in small type, before and after a reload', async () => {
    await visitor.receiveCode(mobile);
    const smsId = await textOf(visitor.page.locator('.sms-id code'));
    expect(smsId).toMatch(/^[0-9a-f]{32}$/);
    await visitor.page.reload();
    await visitor.smsCode.waitFor();
    expect(await textOf(visitor.page.locator('.sms-id code'))).toBe(smsId);
    expect(await visitor.barriers()).toEqual([]);
    await visitor.screenshot('zh-CN-sms-id');
  });

  test('is forgotten once the number is confirmed', async () => {
    await visitor.receiveCode(mobile);
    await visitor.handIn(here.server.store.codes.at(-1) ?? '');
    await confirmed().waitFor();
    await visitor.page.reload();
    await visitor.picture.waitFor();
    expect(await visitor.mobile.inputValue()).toBe('');
    expect(await visitor.page.evaluate('sessionStorage.getItem("sms-verification")')).not.toContain(
      `"mobile":"${mobile}"`,
    );
  });

  test('given a right code, then the browser keeps the token that came with it, and shows it on its next visit', async () => {
    const trusting = await startPageServer();
    const guest = await Visitor.arrive(here.browser, trusting);
    await guest.receiveCode(mobile);
    await guest.handIn(trusting.store.codes.at(-1) ?? '');
    await guest.page.getByRole('heading', { name: '手机号已验证' }).waitFor();
    const kept = await guest.page.evaluate<string>("localStorage.getItem('sms-verification-device')");
    expect(kept).toMatch(/^[\w-]{48}$/);

    const later = await guest.context.newPage();
    const asked = later.waitForRequest((request) => request.url().endsWith('/graphql'));
    await later.goto(trusting.url);
    await later.locator('#mobile').focus();
    expect((await asked).headers()['x-trusted-device']).toBe(kept);
    await later.close();
    await guest.leave();
    await trusting.stop();
  });
});
