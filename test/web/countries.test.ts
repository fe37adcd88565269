import { describeInChromium } from './support/chromium';
import { pageForAll } from './support/page-for-all';
import { textOf, Visitor } from './support/visitor';

describeInChromium('With SMS_COUNTRIES=CN,HK,GB the page', () => {
  const here = pageForAll({ SMS_COUNTRIES: 'CN,HK,GB' });
  let visitor: Visitor;
  beforeEach(async () => {
    visitor = await Visitor.arrive(here.browser, here.server, { locale: 'en-GB' });
  });
  afterEach(() => visitor.leave());

  const menu = () => visitor.page.locator('#country');
  const confirm = async () => {
    const code = await textOf(visitor.page.locator('.development-code code'));
    await visitor.handIn(code);
    await visitor.page.locator('.confirmed-mobile').waitFor();
    return textOf(visitor.page.locator('.confirmed-mobile'));
  };

  test('confirms a number of Hong Kong that is chosen in its menu', async () => {
    expect(await menu().locator('option').allTextContents()).toEqual([
      expect.stringMatching(/^\+86 China/),
      expect.stringMatching(/^\+852 Hong Kong/),
      '+44 United Kingdom',
    ]);
    expect(await menu().getAttribute('autocomplete')).toBe('country');
    await menu().selectOption('HK');
    expect(await visitor.barriers()).toEqual([]);
    await visitor.receiveCode('9123 4567');
    expect(await confirm()).toBe('+85291234567');
    expect(visitor.complaints).toEqual([]);
  });

  test('confirms a mainland number as ever', async () => {
    await visitor.receiveCode('138 0013 8000');
    expect(await confirm()).toBe('138 0013 8000');
  });

  test('takes the country from a number that is pasted with it, and the zero of calls within the country away', async () => {
    await visitor.mobile.fill('+852 9123 4567');
    expect([await menu().inputValue(), await visitor.mobile.inputValue()]).toEqual(['HK', '91234567']);
    // Another country changes nothing of what stands beside it.
    await menu().selectOption('GB');
    expect([await menu().inputValue(), await visitor.mobile.inputValue()]).toEqual(['GB', '91234567']);
    await visitor.mobile.fill('07400 123456');
    expect(await visitor.mobile.inputValue()).toBe('7400123456');
    await visitor.receiveCode('07400 123457');
    // A reload comes back to the code, and from there to the number and its country.
    await visitor.page.reload();
    expect(await textOf(visitor.page.locator('.sent-to strong'))).toBe('+447400123457');
    await visitor.page.locator('.sent-to button').click();
    expect([await menu().inputValue(), await visitor.mobile.inputValue()]).toEqual(['GB', '7400123457']);
  });

  test('tells a fixed line, and keeps the captcha', async () => {
    await menu().selectOption('HK');
    // What was typed and taken away again is no number, and no half of one.
    await visitor.mobile.fill('9');
    await visitor.mobile.fill('');
    await visitor.sendButton.click();
    await visitor.errorOf('mobile').filter({ hasText: 'Enter your mobile number' }).waitFor();
    await visitor.askForCode('2123 4567');
    await visitor.errorOf('mobile').filter({ hasText: 'The mobile number is not valid' }).waitFor();
    // In another country it may be one.
    await menu().selectOption('GB');
    expect(await textOf(visitor.errorOf('mobile'))).toBe('');
    await menu().selectOption('HK');
    const captcha = await visitor.captcha.inputValue();
    expect(captcha).not.toBe('');
    await visitor.mobile.fill('9123 4560');
    await visitor.sendButton.click();
    await visitor.smsCode.waitFor();
  });

  test('fits a narrow screen', async () => {
    await visitor.page.setViewportSize({ width: 320, height: 640 });
    const wider = await visitor.page.evaluate('document.documentElement.scrollWidth > innerWidth');
    expect(wider).toBe(false);
  });
});
