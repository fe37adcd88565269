import type { Page } from 'playwright-core';
import { WEBHOOK_SECRET } from '../sms/stand-in/inbound-stand-ins';
import { describeInChromium } from './support/chromium';
import { clientScript, openForm } from './support/client-script';
import { pageForAll } from './support/page-for-all';
import { FOR_MANY } from './support/page-server';

interface State {
  step: string;
  captcha: { status: string; source: string | null };
  wait: number;
  quota: boolean;
  codePending: boolean;
  outcome: { reason: string } | null;
  inbound: { text: string } | null;
}

/** What a form shows of waits and of texts to send, while time passes. */
describeInChromium('The state of the client', () => {
  const script = clientScript();
  const here = pageForAll({
    ...FOR_MANY,
    ...{ RECEIPTS_SECRET: 'b1946ac92492d2347c6235b4d2611184', WEBHOOK_SECRET },
    ...{ INBOUND_NUMBERS: '1069012345678', INBOUND_ALWAYS: 'true' },
  });
  let page: Page;
  let mobile = '13900001000';

  beforeEach(async () => {
    mobile = String(Number(mobile) + 1);
    page = await here.browser.newPage();
    await openForm(page, here.server.url, script);
    await page.evaluate(`v.setMobile('${mobile}')`);
  });
  afterEach(() => page.close());

  const state = () => page.evaluate<State>('v.getState()');
  async function solve(call: 'send' | 'startInbound'): Promise<void> {
    await page.waitForFunction("v.getState().captcha.status === 'ready'");
    await page.evaluate(`v.${call}('${here.server.store.captchaText}')`);
  }
  /** Stops the clock of the page; from here on it goes only where it is told to. */
  const stopClock = async () => page.clock.pauseAt((await page.evaluate<number>('Date.now()')) + 1_000);

  test('given a wait, then the last second of it is told as one, and no captcha is asked for before it is over', async () => {
    await solve('send');
    await page.evaluate('v.back()');
    await stopClock();
    const left = await page.evaluate<number>(
      `JSON.parse(sessionStorage.getItem('sms-verification')).waits['${mobile}'].until - Date.now()`,
    );
    await page.clock.runFor(left - 300);
    expect(await state()).toMatchObject({ wait: 1, captcha: { status: 'none' } });
    await page.clock.runFor(600);
    expect(await state()).toMatchObject({ wait: 0, quota: false });
  });

  test('given another browser that has sent a moment ago, then the wait is that of a message, and no cap', async () => {
    await solve('send');
    await page.evaluate('sessionStorage.clear()');
    await page.reload();
    await page.evaluate(`v.setMobile('${mobile}')`);
    await solve('send');
    const { wait, quota } = await state();
    expect(wait).toBeGreaterThan(0);
    expect(quota).toBe(false);
  });

  test("given a cap's wait that is over, then nothing is told of a cap any more", async () => {
    await stopClock();
    const wait = `{ until: Date.now() + 1_500, retryAfter: 2, quota: true }`;
    const kept = `JSON.stringify({ waits: { '${mobile}': ${wait} } })`;
    await page.evaluate(`sessionStorage.setItem('sms-verification', ${kept})`);
    await page.reload();
    await page.evaluate(`v.setMobile('${mobile}')`);
    expect(await state()).toMatchObject({ wait: 2, quota: true });
    await page.clock.runFor(2_000);
    expect(await state()).toMatchObject({ wait: 0, quota: false });
  });

  test('given a number that has to wait, then a captcha that another one brought is not spent on it', async () => {
    await solve('send');
    await page.evaluate("v.setMobile('13800138000')");
    await page.waitForFunction("v.getState().captcha.status === 'ready'");
    await page.evaluate(`v.setMobile('${mobile}')`);
    expect(await page.evaluate(`v.send('${here.server.store.captchaText}')`)).toBeNull();
    expect((await state()).captcha.status).toBe('ready');
  });

  test('given a code that is void after five wrong ones, then nothing leads back to it, after a reload neither', async () => {
    await solve('send');
    const wrong = here.server.store.codes.at(-1) === '000000' ? '000001' : '000000';
    for (let tries = 0; tries < 5; tries += 1) await page.evaluate(`v.verify('${wrong}')`);
    expect(await state()).toMatchObject({ step: 'code', codePending: false, outcome: { reason: 'SMS_CODE_LOCKED' } });
    await page.reload();
    expect(await state()).toMatchObject({ step: 'request', codePending: false });
  });

  test('given a language, then the server is asked in it, whatever the browser prefers', async () => {
    const asked = page.waitForRequest((request) => request.postData()?.includes('imageCaptcha') === true);
    await page.evaluate('void v.loadCaptcha()');
    expect((await asked).headers()['accept-language']).toBe('en');
  });

  test('given a text whose time is over, then it is offered no more, whether anybody asked or not', async () => {
    await solve('startInbound');
    await page.evaluate('v.back()');
    expect((await state()).inbound).not.toBeNull();
    here.server.ahead += 601_000;
    await page.clock.fastForward(601_000);
    await page.evaluate(`v.setMobile('13800138000'); v.setMobile('${mobile}')`);
    expect((await state()).inbound).toBeNull();
  });

  test('given a text that was offered, when a code confirms the number, then it is offered no more, after a reload neither', async () => {
    await solve('startInbound');
    await page.evaluate('v.back()');
    await solve('send');
    await page.evaluate(`v.verify('${here.server.store.codes.at(-1)}')`);
    expect(await state()).toMatchObject({ step: 'confirmed', inbound: null });
    await page.reload();
    await page.evaluate(`v.setMobile('${mobile}')`);
    expect(await state()).toMatchObject({ step: 'request', inbound: null });
  });

  test('given a server that says when to ask again, then it is asked then, and in a hidden tab not at all', async () => {
    let asked = 0;
    await page.route('**/graphql', (route) => {
      if (!route.request().postData()?.includes('inboundStatus')) return route.fallback();
      asked += 1;
      const inboundStatus = { code: 400, reason: 'INBOUND_WAITING', errmsg: '', retryAfter: 20 };
      return route.fulfill({ json: { data: { inboundStatus } } });
    });
    await stopClock();
    const pass = async (ms: number) => {
      // In steps: a timer that a timer sets is due later than this.
      await page.clock.runFor(ms);
      await page.evaluate("fetch('/healthz')");
    };
    await solve('startInbound');
    await pass(1_000);
    expect(asked).toBe(1);
    await pass(15_000);
    expect(asked).toBe(1);
    await page.evaluate("Object.defineProperty(document, 'hidden', { value: true, configurable: true })");
    await pass(10_000);
    expect(asked).toBe(1);
    await page.evaluate("Object.defineProperty(document, 'hidden', { value: false, configurable: true })");
    await pass(1_000);
    expect(asked).toBe(2);
  });

  test('given a text that did not come in time, then the form is back, with a captcha for another try', async () => {
    await page.route('**/graphql', (route) => {
      if (!route.request().postData()?.includes('inboundStatus')) return route.fallback();
      const inboundStatus = { code: 400, reason: 'SMS_CODE_EXPIRED', errmsg: '', retryAfter: null };
      return route.fulfill({ json: { data: { inboundStatus } } });
    });
    await solve('startInbound');
    await page.waitForFunction("v.getState().step === 'request' && v.getState().captcha.status === 'ready'");
    expect((await state()).inbound).toBeNull();
  });

  test('given another kind of captcha, then nothing of the one before stands in its place while it is loading', async () => {
    await page.waitForFunction("v.getState().captcha.status === 'ready'");
    const { source } = (await state()).captcha;
    // The next picture takes the place of this one; speech would be given a picture to play.
    const whileLoading = (kind: string) => page.evaluate<State>(`void v.loadCaptcha('${kind}'); v.getState()`);
    expect((await whileLoading('IMAGE')).captcha).toMatchObject({ status: 'loading', source });
    expect((await whileLoading('AUDIO')).captcha).toMatchObject({ status: 'loading', source: null });
  });

  test('given two captchas on their way, when the first one comes last, then the newer one stays on display', async () => {
    await page.waitForFunction("v.getState().captcha.status === 'ready'");
    let asked = 0;
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/graphql', async (route) => {
      const nth = ++asked;
      if (nth === 1) await held;
      const imageCaptcha = {
        code: 0,
        reason: 'OK',
        errmsg: '',
        uuid: `u${nth}`,
        image: `data:,${nth}`,
        expiresIn: 300,
      };
      await route.fulfill({ json: { data: { imageCaptcha } } });
    });
    await page.evaluate('first = v.loadCaptcha(); v.loadCaptcha()');
    expect((await state()).captcha.source).toBe('data:,2');
    release();
    await page.evaluate('first');
    expect((await state()).captcha.source).toBe('data:,2');
  });

  test('given a storage that is full or forbidden, then a number is confirmed all the same', async () => {
    await page.evaluate(`
      Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };
      Storage.prototype.getItem = () => { throw new DOMException('forbidden', 'SecurityError'); };
      v = form();
      v.start();
      v.setMobile('${mobile}');`);
    await solve('send');
    await page.evaluate(`v.verify('${here.server.store.codes.at(-1)}')`);
    expect((await state()).step).toBe('confirmed');
  });

  test.each([
    ['a line break', 'ab\ncd'],
    ['letters that no header takes', '设备令牌'],
  ])('given %s in place of the device token that is kept, then the server is reached', async (_, token) => {
    await page.evaluate(`localStorage.setItem('sms-verification-device', ${JSON.stringify(token)})`);
    await page.reload();
    await page.waitForFunction("v.getState().captcha.status !== 'loading'");
    expect((await state()).captcha.status).toBe('ready');
  });
});
