import { createCaptchaDrawing } from '../../../src/captcha/drawing/captcha-drawing';

test('a picture holds nothing of those before it', () => {
  const drawing = createCaptchaDrawing({ random: () => 0.3 });
  const first = drawing.draw('ACE39', 'normal');
  drawing.draw('WWWWW', 'hard');
  expect(drawing.draw('ACE39', 'normal').equals(first)).toBe(true);
});
