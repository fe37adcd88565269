import { describeInChromium } from './support/chromium';
import { pageForAll } from './support/page-for-all';
import { FOR_MANY } from './support/page-server';
import { Visitor } from './support/visitor';

describeInChromium('A captcha that is spoken', () => {
  const here = pageForAll(FOR_MANY);

  test('begins by itself where a person asked for it, and not where it takes the place of one that expired', async () => {
    const visitor = await Visitor.arrive(here.browser, here.server);
    const { page } = visitor;
    await visitor.captchaAnswer();
    await page.evaluate(`
      plays = 0;
      HTMLMediaElement.prototype.play = async function () { plays += 1; };`);
    await page.getByRole('button', { name: '听语音' }).click();
    await page.waitForFunction('plays === 1');

    await visitor.pass(296);
    await page.getByText('已过期，点击换一张').waitFor();
    await page.keyboard.press('Tab');
    await page.getByText('已过期，点击换一张').waitFor({ state: 'detached' });
    expect(visitor.captchasAsked).toBe(3);
    // A screen reader would be talked into.
    await visitor.settled();
    expect(await page.evaluate('plays')).toBe(1);

    await page.getByRole('button', { name: '换一段' }).click();
    await page.waitForFunction('plays === 2');
    await visitor.leave();
  });
});
