import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type ServerProcess, startServer } from '../harness/server-process';
import { describeInChromium, launchChromium } from './support/chromium';

const SANDBOX = 'https://embeddable-sandbox.cdn.apollographql.com';

describeInChromium('A browser at /graphql, in development', () => {
  let browser: Browser;
  let server: ServerProcess;
  let context: BrowserContext;
  let page: Page;
  /** What the page said in the console, but for the script that could not be loaded. */
  let complaints: string[];

  beforeAll(async () => {
    server = await startServer();
    browser = await launchChromium();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    complaints = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.location().url.startsWith(SANDBOX)) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
  });
  afterEach(() => context.close());

  const withoutNetwork = () =>
    context.route(
      ({ origin }) => origin !== server.url && origin !== 'null',
      (route) => route.abort('internetdisconnected'),
    );

  test('given no network, when a developer runs the operations, then a number is confirmed in the editor', async () => {
    await withoutNetwork();
    await page.goto(`${server.url}/graphql`);
    const answer = page.locator('#answer');
    const run = async (operation: string, values: Record<string, string>) => {
      await page.getByRole('combobox', { name: 'Operation' }).selectOption({ label: operation });
      const variables = page.getByLabel('Variables');
      const offered = JSON.parse(await variables.inputValue());
      await variables.fill(JSON.stringify({ ...offered, ...values }));
      await page.getByRole('button', { name: 'Run' }).click();
      return offered;
    };
    const tell = async (path: string): Promise<Record<string, string>> =>
      JSON.parse(await (await fetch(server.url + path)).text());

    await run('GetCaptcha', {});
    await page.getByRole('img', { name: 'Captcha' }).waitFor();
    const { uuid } = JSON.parse((await answer.textContent()) ?? '').data.imageCaptcha;

    const { text = '' } = await tell(`/dev/captcha?uuid=${uuid}`);
    const offered = await run('SendSmsCode', { imageCode: text });
    expect(offered.uuid).toBe(uuid);
    await answer.filter({ hasText: '"smsId"' }).waitFor();
    const { code = '' } = await tell('/dev/last-sms?mobile=13800138000');
    await run('VerifySmsCode', { smsCode: code });
    await answer.filter({ hasText: '"attemptsLeft"' }).waitFor();
    expect(JSON.parse((await answer.textContent()) ?? '').data.verifySmsCode.reason).toBe('OK');
    expect(complaints).toEqual([]);
  });

  test('given no network, when a developer types, then the editor knows the schema, and Ctrl+Enter runs', async () => {
    await withoutNetwork();
    await page.goto(`${server.url}/graphql`);
    const editor = page.locator('.cm-content');
    await editor.fill('{ verificationSettings { codeLen');
    await editor.press('End');
    await page.keyboard.press('Control+Space');
    await page.getByRole('option', { name: 'codeLength' }).waitFor();
    await page.keyboard.press('Escape');
    await editor.fill('{ verificationSettings { codeLength } }');
    await page.getByLabel('Variables').fill('');
    await editor.press('Control+Enter');
    await page.locator('#answer', { hasText: '"codeLength": 6' }).waitFor();
    expect(complaints).toEqual([]);
  });

  test('given a network that swallows everything, when three seconds have passed, then the editor is there', async () => {
    await context.route(`${SANDBOX}/**`, () => undefined);
    await page.clock.install();
    await page.goto(`${server.url}/graphql`, { waitUntil: 'commit' });
    await page.locator('script[src^="https:"]').waitFor({ state: 'attached' });
    await page.clock.fastForward(3_000);
    await page.locator('.cm-content').waitFor();
  });

  test('given Apollo’s CDN, then Sandbox is shown, and of the editor not a byte is loaded', async () => {
    const stub = 'window.EmbeddedSandbox = class { constructor(options) { document.title = JSON.stringify(options) } }';
    await context.route(`${SANDBOX}/**`, (route) => route.fulfill({ contentType: 'text/javascript', body: stub }));
    const requested: string[] = [];
    page.on('request', (request) => requested.push(request.url()));
    await page.goto(`${server.url}/graphql`);
    await page.waitForFunction("document.title.startsWith('{')");
    expect(JSON.parse(await page.title())).toMatchObject({
      target: '#sandbox',
      initialEndpoint: `${server.url}/graphql`,
    });
    expect(requested.filter((url) => url.includes('editor'))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('in production there is neither the page nor its files', async () => {
    const production = await startServer({ NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console' });
    for (const [path, status] of [
      ['/graphql', 405],
      ['/explorer/index.html', 404],
      ['/explorer/explorer.js', 404],
      ['/schema.graphql', 404],
    ] as const) {
      const answer = await fetch(production.url + path, { headers: { accept: 'text/html' } });
      expect([path, answer.status]).toEqual([path, status]);
    }
    await production.stop();
  });
});
