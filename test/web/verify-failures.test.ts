import type { Browser } from 'playwright-core';
import { errmsg, Reason } from '../../src/verification/reasons';
import { describeInChromium, launchChromium } from './support/chromium';
import { FOR_MANY, type PageServer, startPageServer } from './support/page-server';
import { textOf, Visitor } from './support/visitor';

const said = (reason: Reason) => errmsg(reason, 'verifySmsCode', 'zh');

describeInChromium('A failure to confirm, as a person meets it', () => {
  let browser: Browser;
  let shared: PageServer;
  let server: PageServer;
  let visitor: Visitor;
  let mobile = '13800138000';

  /** At the server that the tests share, or at one of these settings. */
  async function arrive(settings?: Parameters<typeof startPageServer>[0]): Promise<void> {
    server = settings ? await startPageServer(settings) : shared;
    mobile = String(Number(mobile) + 1);
    visitor = await Visitor.arrive(browser, server);
  }

  beforeAll(async () => {
    browser = await launchChromium();
    shared = await startPageServer(FOR_MANY);
  });
  afterEach(async () => {
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
    if (server !== shared) await server.stop();
    shared.store.down = false;
    shared.store.losesAnswers = false;
  });
  afterAll(async () => {
    await browser.close();
    await shared.stop();
  });

  test('what is no code is told at its field, without a request', async () => {
    await arrive();
    await visitor.receiveCode(mobile);
    await visitor.page.locator('.development-code').waitFor();
    const asked = visitor.requests.length;
    for (const [code, told] of [
      ['', '请输入短信验证码'],
      ['12345', '请输入短信中的 6 位数字'],
      ['12345a', '请输入短信中的 6 位数字'],
    ] as const) {
      await visitor.handIn(code);
      expect(await textOf(visitor.errorOf('sms-code'))).toBe(told);
      expect(await visitor.focused()).toBe('sms-code');
    }
    expect(visitor.requests).toHaveLength(asked);
  });

  test('SMS_CODE_MISMATCH, then SMS_CODE_LOCKED: what is left is told, then the code is void', async () => {
    await arrive({ VERIFY_MAX_ATTEMPTS: '2' });
    await visitor.askForCode(mobile);
    await visitor.notice.getByText('发送短信成功').waitFor();
    const wrong = server.store.codes.at(-1) === '000000' ? '000001' : '000000';
    await visitor.handIn(wrong);
    await visitor
      .errorOf('sms-code')
      .getByText(`${said(Reason.SMS_CODE_MISMATCH)}，还可以再试 1 次`)
      .waitFor();
    expect(await visitor.focused()).toBe('sms-code');
    // What is typed next takes its place.
    expect(await visitor.page.evaluate('getSelection().toString()')).toBe(wrong);
    expect(await visitor.barriers()).toEqual([]);
    await visitor.screenshot('zh-CN-mismatch');

    await visitor.handIn(wrong);
    await visitor.errorOf('sms-code').getByText(said(Reason.SMS_CODE_LOCKED)).waitFor();
    expect(await visitor.smsCode.inputValue()).toBe('');
  });

  test('Enter after the last digit, with which a code is handed in, uses up no other try', async () => {
    await arrive();
    await visitor.askForCode(mobile);
    await visitor.notice.getByText('发送短信成功').waitFor();
    await visitor.handIn(server.store.codes.at(-1) === '000000' ? '000001' : '000000');
    const told = `${said(Reason.SMS_CODE_MISMATCH)}，还可以再试 4 次`;
    await visitor.errorOf('sms-code').getByText(told).waitFor();
    const asked = visitor.requests.length;
    await visitor.smsCode.press('Enter');
    await visitor.submitButton.click();
    expect(await textOf(visitor.errorOf('sms-code'))).toBe(told);
    expect(await visitor.focused()).toBe('sms-code');
    expect(visitor.requests).toHaveLength(asked);
  });

  test('SMS_CODE_LOCKED for the mobile: the button counts down the hour', async () => {
    await arrive({ VERIFY_MAX_FAILURES: '1' });
    await visitor.askForCode(mobile);
    await visitor.notice.getByText('发送短信成功').waitFor();
    await visitor.handIn(server.store.codes.at(-1) === '000000' ? '000001' : '000000');
    await visitor.errorOf('sms-code').getByText(said(Reason.SMS_CODE_LOCKED)).waitFor();
    expect(await textOf(visitor.resendButton)).toMatch(/^(1:00:00|59:\d\d) 后可获取$/);

    // Another browser learns it when it asks for a code.
    const other = await Visitor.arrive(browser, server);
    await other.askForCode(mobile);
    await other.notice.getByText(said(Reason.SMS_CODE_LOCKED)).waitFor();
    expect(await textOf(other.sendButton)).toMatch(/^(1:00:00|59:\d\d) 后可获取$/);
    await other.leave();
  });

  test('SMS_CODE_EXPIRED: the way on is told', async () => {
    await arrive();
    await visitor.receiveCode(mobile);
    await visitor.pass(301);
    await visitor.handIn('123456');
    await visitor
      .errorOf('sms-code')
      .getByText(`${said(Reason.SMS_CODE_EXPIRED)}，请重新获取短信验证码`)
      .waitFor();
    expect(await visitor.smsCode.inputValue()).toBe('');
  });

  test('SERVICE_UNAVAILABLE: the code stays, and a retry hands it in', async () => {
    await arrive();
    await visitor.askForCode(mobile);
    await visitor.notice.getByText('发送短信成功').waitFor();
    server.store.down = true;
    await visitor.handIn(server.store.codes.at(-1) ?? '');
    await visitor.alert.getByText(said(Reason.SERVICE_UNAVAILABLE)).waitFor();

    server.store.down = false;
    await visitor.alert.getByRole('button', { name: '重试' }).click();
    await visitor.page.getByRole('heading', { name: '手机号已验证' }).waitFor();
  });

  test('SERVICE_UNAVAILABLE for a right code, then SMS_CODE_EXPIRED: the code goes, and another one confirms', async () => {
    await arrive();
    await visitor.receiveCode(mobile);
    const code = server.store.codes.at(-1) ?? '';
    const graphqlRequests = () => visitor.requests.filter((path) => path === '/graphql').length;

    server.store.losesAnswers = true;
    await visitor.handIn(code);
    await visitor.alert.getByText(said(Reason.SERVICE_UNAVAILABLE)).waitFor();
    expect(await visitor.smsCode.inputValue()).toBe(code);
    const asked = graphqlRequests();

    server.store.losesAnswers = false;
    await visitor.alert.getByRole('button', { name: '重试' }).click();
    await visitor
      .errorOf('sms-code')
      .getByText(`${said(Reason.SMS_CODE_EXPIRED)}，请重新获取短信验证码`)
      .waitFor();
    expect(graphqlRequests()).toBe(asked + 1);
    // Nothing is left that would hand the spent code in again.
    expect(await visitor.smsCode.inputValue()).toBe('');
    expect(await textOf(visitor.alert)).toBe('');
    expect(await visitor.page.locator('.development-code').count()).toBe(0);
    expect(await visitor.focused()).toBe('sms-code');
    expect(await visitor.barriers()).toEqual([]);

    expect(await textOf(visitor.resendButton)).toMatch(/^\d+ 秒后重发$/);
    await visitor.pass(61);
    await visitor.resendButton.click();
    await visitor.receiveCode(mobile);
    await visitor.handIn(server.store.codes.at(-1) ?? '');
    await visitor.page.getByRole('heading', { name: '手机号已验证' }).waitFor();
  });

  describe('that this page never provokes, and another version of the server might', () => {
    test.each(['sendSmsCode', 'verifySmsCode'] as const)('is told, whatever %s answers', async (operation) => {
      await arrive();
      if (operation === 'verifySmsCode') await visitor.receiveCode(mobile);
      let reason = '';
      await visitor.page.route('**/graphql', (route) => {
        if (!route.request().postData()?.includes(operation)) return route.continue();
        const answer = { reason, errmsg: `服务器的话：${reason}`, retryAfter: null, attemptsLeft: null };
        return route.fulfill({ json: { data: { [operation]: answer } } });
      });
      const field = operation === 'sendSmsCode' ? 'mobile' : 'sms-code';
      for (const [next, place] of [
        ['MOBILE_INVALID', visitor.errorOf(field)],
        ['MISSING_PARAMETER', visitor.alert],
        ['A_REASON_OF_TOMORROW', visitor.alert],
      ] as const) {
        reason = next;
        if (operation === 'sendSmsCode') await visitor.askForCode(mobile);
        else await visitor.handIn('123456');
        await place.getByText(`服务器的话：${reason}`).waitFor();
      }
    });
  });
});
