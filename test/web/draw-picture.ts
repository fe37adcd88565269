// Draws docs/images/page.png anew, from the real page: npx tsx test/web/draw-picture.ts
import { join } from 'node:path';
import { ROOT } from './support/build-page';
import { launchChromium } from './support/chromium';
import { startPageServer } from './support/page-server';
import { Visitor } from './support/visitor';

const SIZE = { width: 520, height: 660 };

async function drawPicture(): Promise<void> {
  const browser = await launchChromium();
  const server = await startPageServer();

  const chinese = await Visitor.arrive(browser, server, { viewport: SIZE, deviceScaleFactor: 1.5 });
  await chinese.askForCode('13800138000');
  await chinese.page.locator('.development-code').waitFor();

  const dark = { locale: 'en-US', colorScheme: 'dark' } as const;
  const english = await Visitor.arrive(browser, server, { ...dark, viewport: SIZE, deviceScaleFactor: 1.5 });
  await english.mobile.fill('13800138001');
  await english.captcha.fill('?????');
  await english.sendButton.click();
  await english.errorOf('captcha').getByText('wrong').waitFor();
  await english.captchaAnswer();

  const halves = await Promise.all([chinese, english].map(({ page }) => page.screenshot()));
  const sheet = await browser.newPage({ viewport: { width: SIZE.width * 3, height: SIZE.height * 1.5 } });
  const images = halves.map((png) => `<img width="50%" src="data:image/png;base64,${png.toString('base64')}">`);
  await sheet.setContent(`<style>body { margin: 0; display: flex }</style>${images.join('')}`);
  await sheet.screenshot({ path: join(ROOT, 'docs/images/page.png') });

  await browser.close();
  await server.stop();
}

void drawPicture();
