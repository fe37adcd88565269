import { describeInChromium } from './support/chromium';
import { pageForAll } from './support/page-for-all';
import { Visitor } from './support/visitor';

// What fits depends on the words, what can be read on the colours: each is seen once.
const LOOKS = [
  { locale: 'zh-CN', colorScheme: 'light' },
  { locale: 'en-US', colorScheme: 'dark' },
] as const;

describeInChromium('On a screen 360 pixels wide', () => {
  const here = pageForAll({ SMS_COOLDOWN_SECONDS: '0', SMS_PER_MOBILE_HOUR: '0', VERIFY_MAX_ATTEMPTS: '0' });

  test.each(LOOKS)(
    '$locale, $colorScheme: each step is on one screen, nothing is hard to read or to hit',
    async (look) => {
      const visitor = await Visitor.arrive(here.browser, here.server, {
        ...look,
        viewport: { width: 360, height: 740 },
        hasTouch: true,
        isMobile: true,
      });
      const check = async (state: string) => {
        await visitor.screenshot(`360-${look.locale}-${look.colorScheme}-${state}`);
        expect(await visitor.page.evaluate('document.documentElement.scrollWidth')).toBe(360);
        expect(await visitor.page.evaluate('document.documentElement.scrollHeight')).toBe(740);
        expect(await visitor.barriers()).toEqual([]);
        for (const target of await visitor.page.locator('.button, .input').all()) {
          const box = await target.boundingBox();
          expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(40);
        }
      };

      await visitor.picture.waitFor();
      expect(await visitor.page.getByText('+86').count()).toBe(1);
      await check('1-empty');
      await visitor.sendButton.click();
      await check('2-blank');

      await visitor.page.locator('.captcha-tools .button').last().click();
      await visitor.page.locator('audio').waitFor();
      await check('3-audio');

      await visitor.askForCode('13800138000');
      await visitor.page.locator('.development-code').waitFor();
      await check('4-code');
      await visitor.handIn(here.server.store.codes.at(-1) === '000000' ? '000001' : '000000');
      await visitor.errorOf('sms-code').locator(':scope:not(:empty)').waitFor();
      await check('5-mismatch');

      await visitor.page.locator('.development-code button').click();
      await visitor.page.locator('.confirmed').waitFor();
      await check('6-confirmed');
      expect(visitor.complaints).toEqual([]);
      await visitor.leave();
    },
  );

  test('of 320 pixels no letter of the picture is cut off', async () => {
    const visitor = await Visitor.arrive(here.browser, here.server, { viewport: { width: 320, height: 640 } });
    await visitor.captchaAnswer();
    const box = await visitor.picture.boundingBox();
    const frame = await visitor.page.locator('.captcha-frame').boundingBox();
    if (!box || !frame) throw new Error('Nothing is shown');
    expect(box.x).toBeGreaterThanOrEqual(frame.x);
    expect(box.x + box.width).toBeLessThanOrEqual(frame.x + frame.width);
    expect(box.width / box.height).toBeCloseTo(8 / 3, 1);
    await visitor.screenshot('320-picture');
    await visitor.leave();
  });

  test('the picture keeps a light ground in the dark theme', async () => {
    const visitor = await Visitor.arrive(here.browser, here.server, { colorScheme: 'dark' });
    await visitor.captchaAnswer();
    const ground = (selector: string) =>
      visitor.page.locator(selector).evaluate((element) => {
        const { getComputedStyle } = globalThis as unknown as {
          getComputedStyle(of: unknown): { backgroundColor: string };
        };
        return getComputedStyle(element).backgroundColor;
      });
    expect(await ground('.card')).toBe('rgb(25, 31, 41)');
    expect(await ground('.captcha-picture')).toBe('rgb(255, 255, 255)');
    await visitor.leave();
  });
});
