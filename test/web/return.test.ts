import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { ROOT } from './support/build-page';
import { describeInChromium, launchChromium } from './support/chromium';
import { type PageServer, startPageServer } from './support/page-server';
import { textOf, Visitor } from './support/visitor';

const pem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }).toString();

describeInChromium('A shop that sends people to the page', () => {
  let browser: Browser;
  let server: PageServer;
  let example: ChildProcess;
  let shop = '';
  let mobiles = 13_700_000_000;
  const newMobile = () => String(++mobiles);
  const spawned = (child: ChildProcess, line: RegExp) =>
    new Promise<string>((resolve, reject) => {
      let output = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const found = line.exec(output)?.[1];
        if (found) resolve(found);
      });
      child.once('exit', () => reject(new Error(output)));
    });

  beforeAll(async () => {
    const settings: Record<string, string> = {
      TICKET_PRIVATE_KEY: pem(generateKeyPairSync('ed25519').privateKey),
      SMS_PER_CLIENT_HOUR: '0',
    };
    server = await startPageServer(settings);
    example = spawn(process.execPath, ['shop.js'], {
      cwd: join(ROOT, 'examples/return-address'),
      // One site for both, as shop.example and sms.shop.example are.
      env: { PATH: process.env.PATH, PORT: '0', VERIFICATION_SERVER: server.url.replace('127.0.0.1', 'localhost') },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    shop = await spawned(example, /Shop: (http:\/\/localhost:\d+)\//);
    // Now that its port is known.
    settings.RETURN_ORIGINS = shop;
    await server.stop();
    await server.start();
    browser = await launchChromium();
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.stop();
    example?.kill('SIGKILL');
  });

  const returnTo = (address: string) => `?return=${encodeURIComponent(address)}`;

  /** What a browser at the shop posts to the return address, and what the shop answers. */
  async function post(fields: Record<string, string>, cookie: string): Promise<[number, string]> {
    const body = new URLSearchParams(fields);
    const response = await fetch(`${shop}/confirmed`, { method: 'POST', body, headers: { cookie } });
    return [response.status, await response.text()];
  }

  describe.each([
    ['zh-CN', '验证后返回', '获取短信验证码'],
    ['en-GB', 'You will go back to', 'Get SMS code'],
  ])('and back, in %s', (locale, lead) => {
    test('gets a ticket by a form, which its back end checks', async () => {
      const visitor = await Visitor.arrive(browser, server, { locale }, `${shop}/`);
      const { page } = visitor;
      await page.getByRole('link').click();
      await visitor.captchaAnswer();
      expect(await textOf(page.locator('.lead'))).toContain(`${lead} ${new URL(shop).host}`);
      expect(
        await page
          .locator('.footer')
          .getByText(/结果|result/)
          .count(),
      ).toBe(0);
      expect(await visitor.barriers()).toEqual([]);
      await visitor.screenshot(`${locale}-return`);

      const mobile = newMobile();
      await visitor.receiveCode(mobile);
      const posted = page.waitForRequest((request) => request.url() === `${shop}/confirmed`);
      await visitor.handIn(server.store.codes.at(-1) ?? '');
      await page.getByText(`Logged in as ${mobile}`).waitFor();

      const request = await posted;
      const form = new URLSearchParams(request.postData() ?? '');
      expect([request.method(), [...form.keys()]]).toEqual(['POST', ['ticket', 'purpose', 'state']]);
      expect(form.get('purpose')).toBe('LOGIN');
      // The back end learns where it came from, and nobody the link with its state.
      expect((await request.allHeaders()).origin).toBe(server.url.replace('127.0.0.1', 'localhost'));
      expect((await request.allHeaders()).referer ?? '').not.toContain('state');
      expect(page.url()).toBe(`${shop}/confirmed`);
      expect(visitor.complaints).toEqual([]);
      await visitor.leave();
    });
  });

  test('believes no ticket twice, none for another purpose, none that was not asked for, none that somebody else signed', async () => {
    const visitor = await Visitor.arrive(browser, server);
    const held: { ticket?: string }[] = [];
    // The form goes to nobody: the test takes its place.
    await visitor.page.route(`${shop}/confirmed`, async (route) => {
      held.push(Object.fromEntries(new URLSearchParams(route.request().postData() ?? '')));
      await route.fulfill({ status: 200, body: 'held' });
    });
    for (const purpose of ['LOGIN', 'REGISTER']) {
      await visitor.page.goto(`${server.url}/${returnTo(`${shop}/confirmed`)}&state=mine&purpose=${purpose}`);
      await visitor.receiveCode(newMobile());
      await visitor.handIn(server.store.codes.at(-1) ?? '');
      await visitor.page.getByText('held').waitFor();
    }
    await visitor.leave();
    const [login = '', register = ''] = held.map(({ ticket }) => ticket);
    const refused = [403, 'Your number is not confirmed. Please start again.\n'];
    const [head, claims = ''] = login.split('.');
    const forged = [head, claims, 'A'.repeat(86)].join('.');
    const unsigned = [Buffer.from('{"alg":"none"}').toString('base64url'), claims, ''].join('.');

    expect(await post({ ticket: login, state: 'theirs' }, 'state=mine')).toEqual(refused);
    expect(await post({ ticket: login }, 'state=mine')).toEqual(refused);
    expect(await post({ ticket: login, state: '' }, 'state=')).toEqual(refused);
    expect(await post({ ticket: login, state: 'mine' }, '')).toEqual(refused);
    for (const ticket of [register, forged, unsigned, 'x', '']) {
      expect(await post({ ticket, state: 'mine' }, 'state=mine')).toEqual(refused);
    }
    expect((await post({ ticket: login, state: 'mine' }, 'state=mine'))[0]).toBe(200);
    expect(await post({ ticket: login, state: 'mine' }, 'state=mine')).toEqual(refused);
  });

  test('may have the page in a frame, which tells it and nobody else', async () => {
    const visitor = await Visitor.arrive(browser, server, { locale: 'en' }, `${shop}/frame`);
    const frame = visitor.page.frameLocator('iframe');
    const mobile = newMobile();
    await frame.locator('.captcha[aria-busy=false] img').waitFor();
    expect(await textOf(frame.locator('.lead'))).toContain(`${new URL(shop).host} gets the result`);
    await frame.locator('#mobile').fill(mobile);
    await frame.locator('#captcha').fill(server.store.captchaText);
    await frame.locator('.send').click();
    await frame.locator('#sms-code').waitFor();
    await frame.locator('#sms-code').fill(server.store.codes.at(-1) ?? '');
    await visitor.page.getByRole('status').getByText(`Logged in as ${mobile}`).waitFor();
    expect(await textOf(frame.locator('.confirmed .lead'))).toBe(`${new URL(shop).host} has got the result.`);
    expect(await frame.getByRole('button').count()).toBe(0);
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
  });

  describe('from elsewhere', () => {
    let stranger: Server;
    let origin = '';
    /** What the frame of the stranger shows. */
    let link = '';
    beforeAll(async () => {
      stranger = createServer((_, response) => {
        response.setHeader('content-type', 'text/html');
        response.end(`<link rel="icon" href="data:,"><iframe src="${link.replaceAll('&', '&amp;')}"></iframe>`);
      });
      await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
      stranger.unref();
      origin = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
    });
    afterAll(() => stranger.close());

    test('a frame shows nothing, with a return address of the list or without', async () => {
      for (const query of [returnTo(`${shop}/confirmed`), '']) {
        link = `${server.url}/${query}`;
        const visitor = await Visitor.arrive(browser, server, {}, `${origin}/`);
        await visitor.page.waitForFunction('frames.length === 1');
        while (!visitor.complaints.some((line) => line.includes('frame-ancestors')))
          await visitor.page.waitForTimeout(20);
        expect(await visitor.page.frameLocator('iframe').locator('#mobile, .skeleton').count()).toBe(0);
        await visitor.leave();
      }
    });

    test('a frame that shows nevertheless, in a browser that keeps to no policy, tells the stranger nothing', async () => {
      link = `${server.url}/${returnTo(`${shop}/confirmed`)}`;
      const visitor = await Visitor.arrive(browser, server, {}, `${server.url}/healthz`);
      await visitor.page.route(link, async (route) => {
        const response = await route.fetch();
        const { 'content-security-policy': _, ...headers } = response.headers();
        await route.fulfill({ response, headers });
      });
      await visitor.page.goto(`${origin}/`);
      await visitor.page.evaluate(`heard = []; addEventListener('message', ({ data }) => heard.push(data))`);
      const frame = visitor.page.frameLocator('iframe');
      await frame.locator('.captcha[aria-busy=false] img').waitFor();
      await frame.locator('#mobile').fill(newMobile());
      await frame.locator('#captcha').fill(server.store.captchaText);
      await frame.locator('.send').click();
      await frame.locator('#sms-code').waitFor();
      await frame.locator('#sms-code').fill(server.store.codes.at(-1) ?? '');
      await frame.locator('.confirmed').waitFor();
      expect(await visitor.page.evaluate('heard')).toEqual([]);
      await visitor.leave();
    });

    test.each(['origin', 'javascript', 'relative'])(
      'a link that returns to another %s is refused in words',
      async (kind) => {
        const address = {
          origin: `${origin}/`,
          javascript: 'javascript:alert(1)',
          relative: `//${new URL(origin).host}/`,
        }[kind];
        const visitor = await Visitor.arrive(browser, server, {}, `${server.url}/${returnTo(address ?? '')}`);
        await visitor.page.getByRole('heading', { name: '这个链接无效' }).waitFor();
        await visitor.page.getByRole('heading', { name: 'This link was refused' }).waitFor();
        expect(await visitor.page.locator('input, button, form, script').count()).toBe(0);
        if (kind === 'origin') {
          expect(await visitor.barriers()).toEqual([]);
          await visitor.screenshot('return-refused');
        }
        await visitor.leave();
      },
    );
  });

  test('is told where a code was right and the server had no ticket to give', async () => {
    const visitor = await Visitor.arrive(browser, server, {}, `${server.url}/${returnTo(`${shop}/confirmed`)}`);
    await visitor.receiveCode(newMobile());
    await visitor.page.route('**/graphql', async (route) => {
      const response = await route.fetch();
      const json = await response.json();
      json.data.verifySmsCode.ticket = null;
      await route.fulfill({ response, json });
    });
    await visitor.handIn(server.store.codes.at(-1) ?? '');
    await visitor.page.getByText('但服务器没有给出凭证').waitFor();
    expect(new URL(visitor.page.url()).origin).toBe(server.url);
    await visitor.leave();
  });
});
