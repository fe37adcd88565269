import { describeInChromium } from './support/chromium';
import { pageForAll } from './support/page-for-all';
import { textOf } from './support/visitor';

describeInChromium('On a slow line', () => {
  const here = pageForAll();

  test('the page stands there before its script does, and the form takes its place', async () => {
    const page = await here.browser.newPage({ viewport: { width: 360, height: 740 } });
    let letThrough = () => {};
    const arrived = new Promise<void>((resolve) => {
      letThrough = resolve;
    });
    await page.route('**/*.js', async (route) => {
      await arrived;
      await route.continue();
    });
    await page.goto(here.server.url, { waitUntil: 'commit' });

    const skeleton = page.locator('.skeleton');
    await skeleton.waitFor();
    expect(await textOf(skeleton.locator('h1'))).toBe('验证手机号');
    expect(await textOf(skeleton.locator('.lead'))).toContain('Loading');
    expect(await page.evaluate('document.documentElement.scrollHeight')).toBe(740);

    letThrough();
    await page.locator('#mobile').waitFor();
    expect(await skeleton.count()).toBe(0);
    await page.close();
  });
});
