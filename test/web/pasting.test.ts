import { describeInChromium } from './support/chromium';
import { pageForAll } from './support/page-for-all';
import { Visitor } from './support/visitor';

/** A paste as a browser does it: into the focused field, as one insertion. */
async function paste(visitor: Visitor, text: string): Promise<void> {
  await visitor.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await visitor.page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
  await visitor.page.keyboard.press('Control+V');
}

describeInChromium('What is pasted', () => {
  const here = pageForAll();

  test.each([
    ['86 138 0013 8000', '13800138000'],
    ['+86138 0013 8001', '13800138001'],
  ])('%s, and the message whole, confirm a number without another click', async (copied, mobile) => {
    const visitor = await Visitor.arrive(here.browser, here.server);
    await visitor.mobile.focus();
    await paste(visitor, copied);
    expect(await visitor.mobile.inputValue()).toBe(mobile);

    await visitor.captcha.fill(await visitor.captchaAnswer());
    await visitor.captcha.press('Enter');
    await visitor.smsCode.waitFor();
    await paste(visitor, `【美多】${here.server.store.codes.at(-1)}`);
    await visitor.page.getByRole('heading', { name: '手机号已验证' }).waitFor();
    await visitor.leave();
  });
});
