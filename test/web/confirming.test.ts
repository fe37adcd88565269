import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Locator } from 'playwright-core';
import { buildPage, ROOT } from './support/build-page';
import { describeInChromium } from './support/chromium';
import { pageForAll } from './support/page-for-all';
import { startPageServer } from './support/page-server';
import { textOf, Visitor } from './support/visitor';

const LANGUAGES = [
  {
    locale: 'zh-CN',
    title: '验证手机号',
    send: '获取短信验证码',
    sent: '发送短信成功，验证码 5 分钟内有效',
    sentTo: '已发送至',
    countdown: /^\d+ 秒后重发$/,
    development: '仅开发环境',
    fillIn: '填入',
    confirmed: '手机号已验证',
  },
  {
    locale: 'en-GB',
    title: 'Confirm your number',
    send: 'Get SMS code',
    sent: 'The message has been sent. The code is valid for 5 minutes',
    sentTo: 'Sent to',
    countdown: /^Resend in \d+ s$/,
    development: 'Development only',
    fillIn: 'Fill in',
    confirmed: 'This number is confirmed',
  },
];

describeInChromium('Confirming a number', () => {
  const here = pageForAll();

  describe.each(LANGUAGES)('in a browser that prefers $locale', (words) => {
    const mobile = words.locale === 'zh-CN' ? '13800138000' : '13800138001';

    test('goes from an empty page to a confirmed number by clicking, without a complaint of browser or axe-core', async () => {
      const visitor = await Visitor.arrive(here.browser, here.server, { locale: words.locale });
      const { page } = visitor;
      const spaced = `${mobile.slice(0, 3)} ${mobile.slice(3, 7)} ${mobile.slice(7)}`;
      const button = (name: string) => page.getByRole('button', { name });

      await visitor.picture.waitFor();
      expect(await page.title()).toBe(words.title);
      expect(await page.locator('html').getAttribute('lang')).toBe(words.locale.slice(0, 2) === 'zh' ? 'zh-CN' : 'en');
      expect(await visitor.barriers()).toEqual([]);
      await visitor.screenshot(`${words.locale}-1-empty`);

      await visitor.mobile.fill(mobile);
      await visitor.captcha.fill(await visitor.captchaAnswer());
      await button(words.send).click();
      await page.getByText(words.development).waitFor();
      expect(await visitor.notice.textContent()).toBe(words.sent);
      expect(await visitor.page.getByText(words.sentTo).textContent()).toContain(spaced);
      expect(await textOf(visitor.resendButton)).toMatch(words.countdown);
      expect(await visitor.focused()).toBe('sms-code');
      expect(await visitor.barriers()).toEqual([]);
      await visitor.screenshot(`${words.locale}-2-sent`);

      await button(words.fillIn).click();
      await page.getByRole('heading', { name: words.confirmed }).waitFor();
      expect(await page.getByText(spaced).count()).toBe(1);
      expect(await page.locator(':focus').textContent()).toBe(words.confirmed);
      expect(await visitor.barriers()).toEqual([]);
      await visitor.screenshot(`${words.locale}-3-confirmed`);
      expect(visitor.complaints).toEqual([]);
      await visitor.leave();
    });
  });

  test('says what belongs into its fields: a telephone offers the number, the code and the keys for them', async () => {
    const visitor = await Visitor.arrive(here.browser, here.server);
    const { mobile, captcha, smsCode } = visitor;
    const wants = async (field: Locator) => [
      await field.getAttribute('autocomplete'),
      await field.getAttribute('inputmode'),
    ];
    await visitor.captchaAnswer();
    expect([await wants(mobile), await wants(captcha)]).toEqual([
      ['tel-national', 'numeric'],
      ['off', 'text'],
    ]);
    await visitor.receiveCode('13800138006');
    expect(await wants(smsCode)).toEqual(['one-time-code', 'numeric']);
    await visitor.leave();
  });

  test('works from the keyboard alone, in the order of the page', async () => {
    const visitor = await Visitor.arrive(here.browser, here.server);
    const { keyboard } = visitor.page;
    const answer = await visitor.captchaAnswer();

    await keyboard.press('Tab');
    await keyboard.type('13800138002');
    await keyboard.press('Tab');
    expect(await textOf(visitor.page.locator(':focus'))).toBe('换一张');
    await keyboard.press('Tab');
    expect(await textOf(visitor.page.locator(':focus'))).toBe('听语音');
    await keyboard.press('Tab');
    await keyboard.type(answer.toLowerCase());
    await keyboard.press('Enter');
    await visitor.notice.getByText('发送短信成功').waitFor();
    expect(await visitor.focused()).toBe('sms-code');
    await keyboard.type(here.server.store.codes.at(-1) ?? '');
    await visitor.page.getByRole('heading', { name: '手机号已验证' }).waitFor();
    await visitor.leave();
  });

  test('takes what a Chinese input method leaves behind, once it is done composing', async () => {
    const visitor = await Visitor.arrive(here.browser, here.server);
    const input = await visitor.context.newCDPSession(visitor.page);

    await visitor.mobile.focus();
    await input.send('Input.imeSetComposition', { text: '１３８', selectionStart: 3, selectionEnd: 3 });
    expect(await visitor.mobile.inputValue()).toBe('１３８');
    await input.send('Input.insertText', { text: '１３８　００１３ 8003' });
    expect(await visitor.mobile.inputValue()).toBe('13800138003');
    await visitor.leave();
  });

  test('sends once, however often the button is clicked', async () => {
    const visitor = await Visitor.arrive(here.browser, here.server);
    const before = here.server.store.codes.length;
    await visitor.mobile.fill('13800138004');
    await visitor.captcha.fill(await visitor.captchaAnswer());
    const asked = visitor.requests.length;

    await visitor.sendButton.click({ clickCount: 3, delay: 5 });
    await visitor.notice.getByText('发送短信成功').waitFor();
    // Forced: playwright waits for a button that counts down, a person does not.
    await visitor.resendButton.click({ force: true });
    await visitor.page.getByText('仅开发环境').waitFor();

    expect(here.server.store.codes).toHaveLength(before + 1);
    // The send, and the code for the development page.
    expect(visitor.requests.slice(asked).sort()).toEqual(['/dev/last-sms', '/graphql']);
    await visitor.leave();
  });

  test('offers the next number an empty form after a confirmed one', async () => {
    const visitor = await Visitor.arrive(here.browser, here.server);
    await visitor.askForCode('13800138005');
    await visitor.notice.getByText('发送短信成功').waitFor();
    await visitor.handIn(here.server.store.codes.at(-1) ?? '');
    await visitor.page.getByRole('button', { name: '验证另一个手机号' }).click();

    await visitor.picture.waitFor();
    expect(await visitor.mobile.inputValue()).toBe('');
    expect(await visitor.focused()).toBe('mobile');
    expect(await textOf(visitor.sendButton)).toBe('获取短信验证码');
    // Nobody is told off in red for what the person before typed.
    await visitor.captchaAnswer();
    await visitor.sendButton.click();
    await visitor.errorOf('mobile').getByText('请输入手机号').waitFor();
    expect(await visitor.page.locator('[aria-invalid], .wrong').count()).toBe(0);
    await visitor.leave();
  });

  test('shows a developer the way to /graphql', async () => {
    const visitor = await Visitor.arrive(here.browser, here.server);
    expect(await visitor.page.getByRole('link', { name: '/graphql' }).getAttribute('href')).toBe('/graphql');
    await visitor.leave();
  });

  test('shows nothing of development in production, and asks for nothing of it', async () => {
    const production = await startPageServer({ NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console' });
    const visitor = await Visitor.arrive(here.browser, production);
    await visitor.askForCode('13800138000');
    await visitor.notice.getByText('发送短信成功').waitFor();

    expect(await visitor.page.getByText('开发').count()).toBe(0);
    expect(visitor.requests).not.toContain('/dev/last-sms');
    expect((await fetch(`${production.url}/dev/last-sms?mobile=13800138000`)).status).toBe(404);
    expect(visitor.complaints).toEqual([]);
    await visitor.leave();
    await production.stop();
  });
});

describe('The built page', () => {
  const web = join(ROOT, 'dist/web');
  beforeAll(buildPage);

  test('has less than 40 KB of script, gzipped', () => {
    const assets = readdirSync(join(web, 'assets'));
    const scripts = assets.filter((name) => name.endsWith('.js')).map((name) => join(web, 'assets', name));
    const gzipped = scripts.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0);
    expect(scripts.length).toBeGreaterThan(0);
    expect(gzipped).toBeLessThan(40 * 1024);
  });

  test('holds no script and no style inline', () => {
    const html = readFileSync(join(web, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+=/);
  });
});
