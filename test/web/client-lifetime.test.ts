import type { Page } from 'playwright-core';
import { describeInChromium } from './support/chromium';
import { clientScript, openForm } from './support/client-script';
import { pageForAll } from './support/page-for-all';
import { FOR_MANY } from './support/page-server';

interface State {
  step: string;
  mobile: string;
  captcha: { status: string };
  codePending: boolean;
}

/** What a form that comes and goes, and listens, may rely on; a captcha lasts 60 s here. */
describeInChromium('The client, from start to stop', () => {
  const script = clientScript();
  const here = pageForAll({ ...FOR_MANY, CAPTCHA_TTL_SECONDS: '60' });
  let page: Page;
  let mobile = '13900000900';
  let captchasAsked: number;

  beforeEach(async () => {
    mobile = String(Number(mobile) + 1);
    captchasAsked = 0;
    page = await here.browser.newPage();
    page.on('request', (request) => {
      if (request.postData()?.includes('imageCaptcha')) captchasAsked += 1;
    });
    await openForm(page, here.server.url, script);
    await until("captcha.status === 'ready'");
  });
  afterEach(() => page.close());

  const state = () => page.evaluate<State>('v.getState()');
  const until = (condition: string) => page.waitForFunction(`(({ captcha, step }) => ${condition})(v.getState())`);
  /** Resolves when whatever the page has asked for so far is counted. */
  const settled = () => page.evaluate("fetch('/healthz')");
  const pass = async (seconds: number) => {
    here.server.ahead += seconds * 1000;
    await page.clock.fastForward(seconds * 1000);
    await settled();
  };
  async function receiveCode(): Promise<void> {
    await page.evaluate(`v.setMobile('${mobile}')`);
    await page.evaluate(`v.send('${here.server.store.captchaText}')`);
    expect((await state()).step).toBe('code');
  }

  test('given a captcha that lasts a minute, then it counts as expired a little before that, and not before', async () => {
    await pass(50);
    expect((await state()).captcha.status).toBe('ready');
    await pass(6);
    expect((await state()).captcha.status).toBe('expired');
  });

  test('given a captcha of seconds, then half of them are left to answer it', async () => {
    await page.route('**/graphql', async (route) => {
      const response = await route.fetch();
      const json = await response.json();
      json.data.imageCaptcha.expiresIn = 4;
      await route.fulfill({ response, json });
    });
    await page.evaluate('v.loadCaptcha()');
    expect((await state()).captcha.status).toBe('ready');
    await pass(1);
    expect((await state()).captcha.status).toBe('ready');
    await pass(2);
    expect((await state()).captcha.status).toBe('expired');
  });

  test('given a form that is gone, then nothing is asked for any more: by no timer, and by no network that is back', async () => {
    await receiveCode();
    await page.evaluate("v.back(); stop(); dispatchEvent(new Event('online'))");
    // By now another code could be asked for.
    await pass(61);
    expect(captchasAsked).toBe(1);

    await page.route('**/graphql', (route) => route.abort());
    await page.evaluate('v.loadCaptcha()');
    await until("captcha.status === 'failed'");
    const before = captchasAsked;
    await page.evaluate("dispatchEvent(new Event('online'))");
    await settled();
    expect(captchasAsked).toBe(before);
  });

  test('given a listener, then every change is told to it until it has had enough', async () => {
    await page.evaluate('told = 0; enough = v.subscribe(() => { told += 1; })');
    await page.evaluate(`v.setMobile('${mobile}')`);
    const told = await page.evaluate<number>('told');
    expect(told).toBeGreaterThan(0);
    await page.evaluate(`enough(); v.setMobile('13800138000')`);
    expect(await page.evaluate('told')).toBe(told);
    expect((await state()).mobile).toBe('13800138000');
  });

  test('given a code that was sent, when its own number is set again, then the code is still what is asked for', async () => {
    await receiveCode();
    await page.evaluate(`v.setMobile('${mobile}')`);
    expect(await state()).toMatchObject({ step: 'code', mobile });
  });

  test('given no code on its way, then none can be entered and no text be sent instead', async () => {
    await page.evaluate(`v.setMobile('${mobile}'); v.enterCode()`);
    expect(await state()).toMatchObject({ step: 'request', codePending: false });
    await page.evaluate('v.sendInstead()');
    expect((await state()).step).toBe('request');
    expect(await page.evaluate("v.verify('123456')")).toBeNull();
  });

  test('given a message whose answer was lost on the way, then its code can be entered for as long as one lives', async () => {
    await page.route('**/graphql', async (route) => {
      if (!route.request().postData()?.includes('sendSmsCode')) return route.fallback();
      await route.fetch();
      await route.abort();
    });
    await page.evaluate(`v.setMobile('${mobile}')`);
    await page.evaluate(`v.send('${here.server.store.captchaText}')`);
    const pending = async () => {
      await page.evaluate(`v.setMobile('13800138000'); v.setMobile('${mobile}')`);
      return (await state()).codePending;
    };
    await pass(200);
    expect(await pending()).toBe(true);
    await pass(101);
    expect(await pending()).toBe(false);
  });

  test('given failures and then a captcha, when the next one fails, then it comes by itself as soon as after the first', async () => {
    await page.route('**/graphql', (route) => route.abort());
    await page.evaluate('v.loadCaptcha()');
    for (let failures = 1; failures <= 4; failures += 1) await page.evaluate('v.loadCaptcha()');
    await page.unrouteAll();
    await page.evaluate('v.loadCaptcha()');
    await until("captcha.status === 'ready'");
    await page.route('**/graphql', (route) => route.abort());
    await page.evaluate('v.loadCaptcha()');
    await until("captcha.status === 'failed'");
    const asked = captchasAsked;
    // Within two seconds, as after any first failure; after a sixth it is fifteen or more.
    await page.clock.pauseAt((await page.evaluate<number>('Date.now()')) + 500);
    await page.clock.runFor(2_000);
    await settled();
    expect(captchasAsked).toBe(asked + 1);
  });

  test.each([
    [0, 15],
    [0.999, 30],
  ])(
    'given an outage, when chance is %d, then it is asked for again %d s after the last failure of many',
    async (chance, seconds) => {
      await page.evaluate(`Math.random = () => ${chance}`);
      await page.route('**/graphql', (route) => route.abort());
      for (let failures = 1; failures <= 9; failures += 1) await page.evaluate('v.loadCaptcha()');
      const asked = captchasAsked;
      await page.clock.pauseAt((await page.evaluate<number>('Date.now()')) + 1_000);
      await page.clock.runFor((seconds - 3) * 1000);
      await settled();
      expect(captchasAsked).toBe(asked);
      await page.clock.runFor(3_000);
      await settled();
      expect(captchasAsked).toBe(asked + 1);
    },
  );
});
