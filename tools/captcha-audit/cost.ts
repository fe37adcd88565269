import { join } from 'node:path';
import * as svgCaptcha from 'svg-captcha';
import type { CaptchaDrawing } from '../../src/captcha/drawing/captcha-drawing';

const BATCH = 250;
const BATCHES = 16;

/** CPU time (microseconds) and bytes of an image, mean over thousands, base64 included. */
export interface Cost {
  readonly cpu: number;
  readonly bytes: number;
  readonly mostBytes: number;
}

/** Compares the drawing at both levels with svg-captcha's own create(), taking turns so that a busy machine hits all of them alike. */
export function measureCost(drawing: CaptchaDrawing, randomText: () => string): Record<string, Cost> {
  svgCaptcha.loadFont(join(require.resolve('svg-captcha'), '../fonts/Comismsh.ttf'));
  const makers: Record<string, () => string> = {
    "svg-captcha's create()": () => svgCaptcha.create().data,
    normal: () => drawing.draw(randomText(), 'normal').toString('base64'),
    hard: () => drawing.draw(randomText(), 'hard').toString('base64'),
  };
  const costs = Object.keys(makers).map((name) => ({ name, cpu: 0, bytes: 0, mostBytes: 0 }));
  for (let batch = -4; batch < BATCHES; batch++) {
    for (const cost of costs) {
      const make = makers[cost.name] as () => string;
      const start = process.cpuUsage();
      let [bytes, mostBytes] = [0, 0];
      for (let i = 0; i < BATCH; i++) {
        const { length } = make();
        bytes += length;
        mostBytes = Math.max(mostBytes, length);
      }
      const used = process.cpuUsage(start);
      if (batch < 0) continue; // Warming up.
      cost.cpu += (used.user + used.system) / (BATCH * BATCHES);
      cost.bytes += bytes / (BATCH * BATCHES);
      cost.mostBytes = Math.max(cost.mostBytes, mostBytes);
    }
  }
  return Object.fromEntries(costs.map((cost) => [cost.name, cost]));
}
