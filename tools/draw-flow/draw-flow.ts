// Draws docs/images/flow.png anew, from the real page: npx tsx tools/draw-flow/draw-flow.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchChromium } from '../../test/web/support/chromium';
import { startPageServer } from '../../test/web/support/page-server';
import { Visitor } from '../../test/web/support/visitor';
import { animatedPng, type Frame } from './animated-png';

const PICTURE = join(__dirname, '../../docs/images/flow.png');
const MAX_BYTES = 500_000;
const SIZE = { width: 400, height: 560 };
const MOBILE = '13800138000';

async function drawFlow(): Promise<void> {
  const browser = await launchChromium();
  const server = await startPageServer();
  const visitor = await Visitor.arrive(browser, server, { viewport: SIZE, reducedMotion: 'reduce' });
  const frames: Frame[] = [];
  const show = async (ms: number) => {
    frames.push({ png: await visitor.page.screenshot({ animations: 'disabled', caret: 'hide' }), ms });
  };

  const answer = await visitor.captchaAnswer();
  await show(1_500);
  for (const end of [3, 7, 11]) {
    await visitor.mobile.fill(MOBILE.slice(0, end));
    await show(end < MOBILE.length ? 250 : 800);
  }
  for (const end of [2, answer.length]) {
    await visitor.captcha.fill(answer.slice(0, end));
    await show(end < answer.length ? 350 : 900);
  }
  await visitor.sendButton.click();
  await visitor.smsCode.waitFor();
  await show(2_000);
  const code = server.store.codes.at(-1) ?? '';
  for (const end of [2, 4]) {
    await visitor.smsCode.fill(code.slice(0, end));
    await show(350);
  }
  await visitor.handIn(code);
  await visitor.page.locator('.confirmed').waitFor();
  await show(2_500);

  const picture = animatedPng(frames);
  if (picture.length > MAX_BYTES) throw new Error(`The picture has ${picture.length} bytes: more than ${MAX_BYTES}`);
  writeFileSync(PICTURE, picture);
  process.stdout.write(`${PICTURE}: ${frames.length} frames, ${picture.length} bytes\n`);
  await browser.close();
  await server.stop();
}

void drawFlow();
