import type { Browser } from 'playwright-core';
import { describeInChromium, launchChromium } from './support/chromium';
import { type PageServer, startPageServer } from './support/page-server';
import { Visitor } from './support/visitor';

const MOBILE = '13800138000';

describeInChromium('Without a server or a network', () => {
  let browser: Browser;
  let server: PageServer;
  let visitor: Visitor;

  beforeAll(async () => {
    browser = await launchChromium();
  });
  beforeEach(async () => {
    server = await startPageServer();
    visitor = await Visitor.arrive(browser, server);
    await visitor.captchaAnswer();
  });
  afterEach(async () => {
    expect(visitor.complaints.filter((complaint) => /Content Security Policy/i.test(complaint))).toEqual([]);
    await visitor.leave();
    await server.stop();
  });
  afterAll(() => browser.close());

  test('a dead server is told in words, and the retry sends with the captcha that was solved', async () => {
    await visitor.mobile.fill(MOBILE);
    await visitor.captcha.fill(server.store.captchaText);
    await server.stop();
    await visitor.sendButton.click();
    await visitor.alert.getByText('连接不上服务器，请稍后重试').waitFor();
    expect(await visitor.mobile.inputValue()).toBe(MOBILE);
    expect(await visitor.barriers()).toEqual([]);
    await visitor.screenshot('zh-CN-dead-server');

    await server.start();
    await visitor.alert.getByRole('button', { name: '重试' }).click();
    await visitor.notice.getByText('发送短信成功').waitFor();
    expect(await visitor.page.getByText('连接不上').count()).toBe(0);
  });

  test('a server that dies under the captcha is told where the picture would be', async () => {
    await server.stop();
    await visitor.picture.click();
    await visitor.page.getByText('验证码加载失败，连接不上服务器，请稍后重试').waitFor();
    expect(await visitor.barriers()).toEqual([]);

    await server.start();
    // By itself, for a person who has not touched it.
    await visitor.askForCode(MOBILE);
    await visitor.notice.getByText('发送短信成功').waitFor();
  });

  test('a server that dies before the code is handed in keeps the code in its field', async () => {
    await visitor.receiveCode(MOBILE);
    await server.stop();
    await visitor.handIn(server.store.codes.at(-1) ?? '');
    await visitor.alert.getByText('连接不上服务器，请稍后重试').waitFor();

    await server.start();
    await visitor.alert.getByRole('button', { name: '重试' }).click();
    await visitor.page.getByRole('heading', { name: '手机号已验证' }).waitFor();
  });

  test('an answer lost on its way back sends nothing twice', async () => {
    await visitor.page.route('**/graphql', async (route) => {
      if (!route.request().postData()?.includes('sendSmsCode')) return route.continue();
      await route.fetch();
      return route.abort('connectionreset');
    });
    await visitor.askForCode(MOBILE);
    await visitor.alert.getByText('连接不上服务器，请稍后重试').waitFor();
    await visitor.page.unroute('**/graphql');
    await visitor.alert.getByRole('button', { name: '重试' }).click();

    await visitor.errorOf('captcha').getByText('图形验证码失效').waitFor();
    expect(server.store.codes).toHaveLength(1);
    // The message that did go out is told as soon as its captcha is out of the way, and its code is good.
    await visitor.askForCode(MOBILE);
    await visitor.notice.getByText('操作过于频繁').waitFor();
    await visitor.handIn(server.store.codes.at(-1) ?? '');
    await visitor.page.getByRole('heading', { name: '手机号已验证' }).waitFor();
  });

  test('a server that never answers is given up on', async () => {
    await visitor.page.route('**/graphql', () => undefined);
    await visitor.askForCode(MOBILE);
    await visitor.sendButton.getByText('发送中…').waitFor();
    await visitor.page.clock.fastForward(31_000);
    await visitor.alert.getByText('连接不上服务器，请稍后重试').waitFor();
  });

  test('a lost network is told as such, and its return brings the captcha back by itself', async () => {
    await visitor.context.setOffline(true);
    await visitor.picture.click();
    await visitor.page.getByText('验证码加载失败，网络已断开，请检查网络后重试').waitFor();
    await visitor.screenshot('zh-CN-offline');

    await visitor.inNoTime(async () => {
      await visitor.context.setOffline(false);
      await visitor.picture.waitFor();
    });
  });

  test('a captcha that is refused as malformed is asked for once: the next request would be the same', async () => {
    const errors = '{"errors":[{"message":"Unknown field"}]}';
    await visitor.page.route('**/graphql', (route) => route.fulfill({ status: 400, body: errors }));
    await visitor.picture.click();
    await visitor.page.getByText('验证码加载失败，请求没有被接受').waitFor();
    const asked = visitor.captchasAsked;
    for (let i = 0; i < 3; i++) await visitor.pass(60);
    expect(visitor.captchasAsked).toBe(asked);
  });

  test.each([
    ['a GraphQL error', 400, '{"errors":[{"message":"Too deep"}]}', '请求没有被接受，请刷新页面后重试'],
    ['a server that breaks', 500, '{"errors":[{"message":"Internal server error"}]}', '连接不上服务器，请稍后重试'],
    ['a gateway in front of a dead server', 502, '<h1>Bad Gateway</h1>', '连接不上服务器，请稍后重试'],
  ])('%s is told in words of the page', async (_, status, body, told) => {
    await visitor.page.route('**/graphql', (route) => route.fulfill({ status, body }));
    await visitor.askForCode(MOBILE);
    await visitor.alert.getByText(told).waitFor();
  });
});
