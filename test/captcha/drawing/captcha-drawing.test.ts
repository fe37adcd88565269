import { CAPTCHA_LENGTH, CAPTCHA_LETTERS } from '../../../src/captcha/alphabet';
import { type CaptchaLevel, createCaptchaDrawing } from '../../../src/captcha/drawing/captcha-drawing';

const levels: readonly CaptchaLevel[] = ['normal', 'hard'];

describe.each(levels)('a captcha drawing at level %s', (level) => {
  const drawing = createCaptchaDrawing();

  it('is a PNG of 240×90 pixels with a small palette', () => {
    const file = drawing.draw('ACE39', level);

    expect(file.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
    expect([file.readUInt32BE(16), file.readUInt32BE(20)]).toEqual([240, 90]);
  });

  it('takes at most 4,096 bytes', () => {
    for (let i = 0; i < 2000; i++) {
      const text = Array.from({ length: CAPTCHA_LENGTH }, (_, at) => CAPTCHA_LETTERS[(i * 7 + at * i) % 15]).join('');
      expect(drawing.draw(text, level).length).toBeLessThanOrEqual(4096);
    }
  });
});
