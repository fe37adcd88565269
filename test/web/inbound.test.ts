import type { Browser } from 'playwright-core';
import { INBOUND_STAND_INS, WEBHOOK_SECRET } from '../sms/stand-in/inbound-stand-ins';
import { describeInChromium, launchChromium } from './support/chromium';
import { FOR_MANY, type PageServer, senderThatAnswers, startPageServer } from './support/page-server';
import { textOf, Visitor } from './support/visitor';

const SECRET = 'b1946ac92492d2347c6235b4d2611184';
const SETTINGS = { ...FOR_MANY, RECEIPTS_SECRET: SECRET, WEBHOOK_SECRET, INBOUND_NUMBERS: '1069012345678' };

/** A phone that sends what the page shows, through a gateway's stand-in. */
async function sendFrom(server: PageServer, mobile: string, text: string): Promise<number | undefined> {
  const url = `${server.url}/inbound/${SECRET}/webhook`;
  const push = INBOUND_STAND_INS.webhook?.push({ from: mobile, text }, url, Date.now() + server.ahead);
  return (await fetch(url, { method: 'POST', ...push })).status;
}

const textShown = (visitor: Visitor) => textOf(visitor.page.locator('.to-send .text'));

describeInChromium('Confirming by a message from the phone', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  describe('where no budget is left', () => {
    let server: PageServer;
    beforeAll(async () => {
      server = await startPageServer({ ...SETTINGS, SMS_DAILY_BUDGET: '1' });
      const visitor = await Visitor.arrive(browser, server);
      await visitor.receiveCode('13900000700');
      // Nothing else is offered where a code came.
      expect(await visitor.page.locator('.instead').count()).toBe(0);
      await visitor.leave();
    });
    afterAll(() => server?.stop());

    test('a person sends what the page shows, after a reload too, and the page goes on by itself', async () => {
      const visitor = await Visitor.arrive(browser, server);
      const mobile = '13900000701';
      await visitor.askForCode(mobile);
      await visitor.notice.getByText('次数已达上限').waitFor();
      await visitor.page.reload();
      await visitor.page.getByRole('button', { name: '收不到验证码？用本机发送短信验证' }).click();
      await visitor.page.getByRole('heading', { name: '用本机发送短信验证' }).waitFor();

      const text = await textShown(visitor);
      expect(text).toMatch(/^注册 [A-Z0-9]{8}$/);
      expect(await textOf(visitor.page.locator('.to-send .number'))).toBe('1069012345678');
      const link = await visitor.page.getByRole('link', { name: '打开短信' }).getAttribute('href');
      expect(link).toBe(`sms:1069012345678?body=${encodeURIComponent(text)}`);
      expect(await textOf(visitor.page.locator('.notice'))).toContain('这条短信用于“注册”');
      expect(await visitor.barriers()).toEqual([]);

      // From another phone it is nothing.
      await sendFrom(server, '13900000799', text);
      await visitor.pass(4);
      await visitor.page.getByText('正在等待您的短信').waitFor();
      expect(await sendFrom(server, mobile, text)).toBe(200);
      await visitor.pass(4);
      await visitor.page.getByRole('heading', { name: '手机号已验证' }).waitFor();
      expect(await visitor.barriers()).toEqual([]);
      expect(visitor.complaints).toEqual([]);
      await visitor.leave();
    });

    test('in English: it can be copied, left and come back to; once its time is over the page says so', async () => {
      const options = { locale: 'en-GB', permissions: ['clipboard-write', 'clipboard-read'] };
      const link = `${server.url}/?purpose=RESET_PASSWORD`;
      const visitor = await Visitor.arrive(browser, server, options, link);
      await visitor.askForCode('13900000702');
      const instead = visitor.page.getByRole('button', { name: 'No code? Send a message from this phone' });
      await instead.click();
      const text = await textShown(visitor);
      expect(text).toMatch(/^RESET PASSWORD [A-Z0-9]{8}$/);
      expect(await textOf(visitor.page.locator('.notice.warn'))).toContain('This text is for “RESET PASSWORD”');
      await visitor.page.getByRole('button', { name: 'Copy Text' }).click();
      await visitor.page.getByRole('button', { name: 'Copied Text' }).waitFor();
      expect(await visitor.page.evaluate('navigator.clipboard.readText()')).toBe(text);
      await visitor.page.locator('[aria-live=polite]').getByText('Copied').waitFor({ state: 'attached' });
      expect(await visitor.barriers()).toEqual([]);
      await visitor.page.getByRole('button', { name: 'Back' }).click();
      await instead.click();
      expect(await textShown(visitor)).toBe(text);
      await visitor.pass(600);
      await visitor.notice.getByText('Your message did not come').waitFor();
      expect(await visitor.page.locator('.instead').count()).toBe(0);
      expect(visitor.complaints).toEqual([]);
      await visitor.leave();
    });
  });

  test('where it may be asked for at once, a captcha is all that it takes', async () => {
    const server = await startPageServer({ ...SETTINGS, INBOUND_ALWAYS: 'true' });
    const visitor = await Visitor.arrive(browser, server);
    const mobile = '13900000703';
    const instead = visitor.page.locator('.instead');
    await instead.click();
    await visitor.errorOf('mobile').getByText('请输入手机号').waitFor();
    await visitor.mobile.fill(mobile);
    await visitor.captcha.fill('wrong');
    await instead.click();
    await visitor.errorOf('captcha').getByText('输入图形验证码有误').waitFor();
    await visitor.captcha.fill(await visitor.captchaAnswer());
    await instead.click();
    await visitor.page.locator('.to-send .text').waitFor();
    await sendFrom(server, mobile, await textShown(visitor));
    await visitor.pass(4);
    await visitor.page.getByRole('heading', { name: '手机号已验证' }).waitFor();
    expect(server.store.codes).toEqual([]);

    // A number that has to wait has no captcha to answer.
    await visitor.page.getByRole('button', { name: '验证另一个手机号' }).click();
    await visitor.receiveCode('13900000709');
    await visitor.page.getByRole('button', { name: '换个号码' }).click();
    await visitor.sendButton.getByText('秒后可获取').waitFor();
    expect(await instead.count()).toBe(0);
    await visitor.leave();
    await server.stop();
  });

  test('where somebody asked for the number, the ticket goes there by itself', async () => {
    const shop = 'https://shop.example';
    const tickets = { TICKET_SECRET: 'a secret that two services of one shop share', RETURN_ORIGINS: shop };
    const server = await startPageServer({ ...SETTINGS, ...tickets, INBOUND_ALWAYS: 'true' });
    const visitor = await Visitor.arrive(browser, server, {}, `${server.url}/?return=${shop}/confirmed&state=mine`);
    const posted: Record<string, string>[] = [];
    // The form goes to nobody: the test takes its place.
    await visitor.page.route(`${shop}/confirmed`, async (route) => {
      posted.push(Object.fromEntries(new URLSearchParams(route.request().postData() ?? '')));
      await route.fulfill({ status: 200, body: 'held' });
    });
    const mobile = '13900000706';
    await visitor.mobile.fill(mobile);
    await visitor.captcha.fill(await visitor.captchaAnswer());
    await visitor.page.locator('.instead').click();
    await visitor.page.locator('.to-send .text').waitFor();
    await sendFrom(server, mobile, await textShown(visitor));
    await visitor.page.clock.fastForward(4_000);
    await visitor.page.getByText('held').waitFor();
    expect(posted).toEqual([
      { ticket: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/), purpose: 'REGISTER', state: 'mine' },
    ]);
    await visitor.leave();
    await server.stop();
  });

  test('where the provider is silent, either way is open', async () => {
    const server = await startPageServer(SETTINGS, senderThatAnswers('unknown'));
    const visitor = await Visitor.arrive(browser, server);
    await visitor.receiveCode('13900000704');
    await visitor.page.locator('.instead').click();
    await visitor.page.locator('.to-send .text').waitFor();
    await visitor.page.getByRole('button', { name: '返回' }).click();
    await visitor.page.getByRole('button', { name: '输入已收到的短信验证码' }).click();
    await visitor.handIn(server.store.codes.at(-1) ?? '');
    await visitor.page.getByRole('heading', { name: '手机号已验证' }).waitFor();
    await visitor.leave();
    await server.stop();
  });

  test('where it is off, there is nothing of it', async () => {
    const server = await startPageServer(FOR_MANY, senderThatAnswers('refused'));
    const visitor = await Visitor.arrive(browser, server);
    await visitor.askForCode('13900000705');
    await visitor.notice.getByText('短信发送失败').waitFor();
    expect(await visitor.page.locator('.instead').count()).toBe(0);
    await visitor.leave();
    await server.stop();
  });
});
