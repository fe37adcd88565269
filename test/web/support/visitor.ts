import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { ROOT } from './build-page';
import { AXE } from './chromium';
import type { PageServer } from './page-server';

/** What a locator's element says. */
export async function textOf(locator: Locator): Promise<string> {
  return (await locator.textContent())?.trim() ?? '';
}

/**
 * By browser and options. Visitors share one, since each has a tab of its own, whose session nobody shares; another context would cost a busy
 * machine seconds.
 */
const contexts = new WeakMap<Browser, Map<string, BrowserContext>>();

async function contextOf(browser: Browser, options: BrowserContextOptions): Promise<BrowserContext> {
  const known = contexts.get(browser) ?? new Map<string, BrowserContext>();
  contexts.set(browser, known);
  const key = JSON.stringify(options);
  let context = known.get(key);
  if (!context) {
    context = await browser.newContext({ locale: 'zh-CN', ...options });
    known.set(key, context);
    // Shorter than a test may take, so that what never came is named.
    context.setDefaultTimeout(40_000);
    // For `pass`; until then it goes as it always does.
    await context.clock.install();
  }
  return context;
}

/** A person at the page, in a tab of their own. */
export class Visitor {
  /** Errors on the console and exceptions of the page. */
  readonly complaints: string[] = [];
  /** Paths that the page asked for, in order. */
  readonly requests: string[] = [];
  /** Captchas among them. */
  captchasAsked = 0;

  private constructor(
    readonly page: Page,
    readonly context: BrowserContext,
    private readonly server: PageServer,
  ) {
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('data:')) this.requests.push(new URL(request.url()).pathname);
      if (request.postData()?.includes('imageCaptcha')) this.captchasAsked += 1;
    });
  }

  /** At the page, or at `url`. */
  static async arrive(
    browser: Browser,
    server: PageServer,
    options: BrowserContextOptions = {},
    url = server.url,
  ): Promise<Visitor> {
    const context = await contextOf(browser, options);
    const visitor = new Visitor(await context.newPage(), context, server);
    await visitor.page.goto(url);
    return visitor;
  }

  get mobile(): Locator {
    return this.page.locator('#mobile');
  }
  get captcha(): Locator {
    return this.page.locator('#captcha');
  }
  get smsCode(): Locator {
    return this.page.locator('#sms-code');
  }
  /** Asks for a code, in the first step. */
  get sendButton(): Locator {
    return this.page.locator('.send');
  }
  /** Asks for another one, in the second. */
  get resendButton(): Locator {
    return this.page.locator('.resend');
  }
  get submitButton(): Locator {
    return this.page.locator('button[type=submit]');
  }
  get picture(): Locator {
    return this.page.locator('.captcha-picture img');
  }
  get notice(): Locator {
    return this.page.locator('[role=status]');
  }
  get alert(): Locator {
    return this.page.locator('form > [role=alert]');
  }
  errorOf(field: 'mobile' | 'captcha' | 'sms-code'): Locator {
    return this.page.locator(`#${field}-error`);
  }

  /** The answer of the captcha on display, once it is there. */
  async captchaAnswer(): Promise<string> {
    await this.page.locator('.captcha[aria-busy=false] :is(img, audio)').waitFor();
    return this.server.store.captchaText;
  }

  /** Fills in a mobile and the right answer, and asks for a code. */
  async askForCode(mobile: string): Promise<void> {
    await this.mobile.fill(mobile);
    await this.captcha.fill(await this.captchaAnswer());
    await this.sendButton.click();
  }

  /** Gets as far as the field for the code. */
  async receiveCode(mobile: string): Promise<void> {
    await this.askForCode(mobile);
    await this.smsCode.waitFor();
  }

  /** Types a code: six digits hand themselves in. */
  async handIn(code: string): Promise<void> {
    // The same code again is no input, so the old one goes first.
    await this.smsCode.fill('');
    await this.smsCode.fill(code);
    if (!/^[0-9]{6}$/.test(code)) await this.submitButton.click();
  }

  /** Lets time pass, for the page and for its server, without waiting. Timers that are due fire. */
  async pass(seconds: number): Promise<void> {
    this.server.ahead += seconds * 1000;
    await this.page.clock.fastForward(seconds * 1000);
    await this.settled();
  }

  /** Does something in no time: what the page would do later by itself does not come due. */
  async inNoTime(work: () => Promise<void>): Promise<void> {
    const { clock } = this.page;
    await clock.pauseAt((await this.page.evaluate<number>('Date.now()')) + 1_000);
    try {
      // What came due in that second is done.
      await this.settled();
      await work();
    } finally {
      // Other visitors have the same clock.
      await clock.resume();
    }
  }

  /** Resolves when whatever the page has asked for so far stands in `requests`. */
  async settled(): Promise<void> {
    await this.page.evaluate("fetch('/healthz').catch(() => undefined)");
  }

  /** The id of the element that has the focus. */
  async focused(): Promise<string | null> {
    return this.page.locator(':focus').getAttribute('id');
  }

  /** What axe-core finds serious or critical in what is on display, one line each. */
  async barriers(): Promise<string[]> {
    // Half a megabyte, which a busy machine takes seconds to hand over: once for each page.
    if (!(await this.page.evaluate('"axe" in globalThis'))) await this.page.evaluate(`(() => { ${AXE} })()`);
    const found = await this.page.evaluate(() => {
      const { axe } = globalThis as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } };
      return axe.run({ resultTypes: ['violations'], preload: false });
    });
    return found.violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  }

  /** A picture of the whole page, for a person to look at. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(join(ROOT, 'screenshots'), { recursive: true });
    await this.page.screenshot({ path: join(ROOT, 'screenshots', `${name}.png`), fullPage: true });
  }

  leave(): Promise<void> {
    return this.page.close();
  }
}
