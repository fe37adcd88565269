import { join } from 'node:path';
import { brandColours } from '../../src/http/brand-colours';
import { describeInChromium } from './support/chromium';
import { pageForAll } from './support/page-for-all';
import { textOf, Visitor } from './support/visitor';

describeInChromium('A page with a brand', () => {
  const here = pageForAll({
    NODE_ENV: 'production',
    STORE: 'memory',
    SMS_PROVIDERS: 'console',
    PAGE_NAME: '美多商城 <b>',
    PAGE_LOGO: join(__dirname, 'support/logo.svg'),
    PAGE_COLOR: '#ffd400',
    PAGE_PRIVACY_URL: 'https://shop.example/privacy?a=1&b=2',
  });

  test.each([
    ['zh-CN', 'light', '隐私政策', '13800138000'],
    ['en', 'dark', 'Privacy policy', '13800138001'],
  ] as const)(
    'shows it in %s, %s, on a small screen, and stays legible',
    async (locale, colorScheme, privacy, mobile) => {
      const viewport = { width: 360, height: 740 };
      const visitor = await Visitor.arrive(here.browser, here.server, { locale, colorScheme, viewport });
      const { page } = visitor;
      await visitor.captchaAnswer();
      expect(await page.title()).toContain('美多商城 <b>');
      expect(await textOf(page.locator('.brand'))).toBe('美多商城 <b>');
      const logo = page.locator('.brand img');
      expect(
        await logo.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
      ).toBeGreaterThan(0);
      const link = page.getByRole('link', { name: privacy });
      expect(await link.getAttribute('href')).toBe('https://shop.example/privacy?a=1&b=2');
      expect(await page.evaluate('document.documentElement.scrollHeight')).toBe(740);
      expect(await visitor.barriers()).toEqual([]);
      const colour = `getComputedStyle(document.documentElement).getPropertyValue('--brand-${colorScheme}')`;
      expect(await page.evaluate(colour)).toBe(brandColours('#ffd400')[colorScheme]);
      await visitor.screenshot(`brand-${locale}-${colorScheme}-1`);

      await visitor.receiveCode(mobile);
      expect(await page.evaluate('document.documentElement.scrollHeight')).toBe(740);
      expect(await visitor.barriers()).toEqual([]);
      await visitor.screenshot(`brand-${locale}-${colorScheme}-2`);
      expect(visitor.complaints).toEqual([]);
      await visitor.leave();
    },
  );

  test('has a logo that runs nothing when it is opened by itself', async () => {
    const response = await fetch(`${here.server.url}/logo.svg`);
    expect(response.headers.get('content-type')).toBe('image/svg+xml');
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self';");
  });
});
