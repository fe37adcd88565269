import crypto from 'node:crypto';
import { createCaptchaDrawing } from '../../src/captcha/drawing/captcha-drawing';
import { RandomSource } from '../../src/captcha/drawing/random-source';
import { createCaptchaSpeech } from '../../src/captcha/speech/captcha-speech';

/** Bytes that each captcha must have of its own, so that one tells nothing about the next. */
const SEED_BYTES = 16;
/** More than what is fetched at once. */
const CAPTCHAS = 600;

describe('The randomness of captchas', () => {
  afterEach(() => jest.restoreAllMocks());

  /** How many bytes of the system's generator `act` takes. */
  function bytesTaken(act: () => void): number {
    const fill = jest.spyOn(crypto, 'randomFillSync');
    act();
    return fill.mock.calls.reduce((sum, [{ byteLength }]) => sum + byteLength, 0);
  }

  test('each picture starts from fresh bits of the system’s generator', () => {
    const drawing = createCaptchaDrawing();
    const taken = bytesTaken(() => {
      for (let n = 0; n < CAPTCHAS; n++) drawing.draw('A', 'normal');
    });
    expect(taken).toBeGreaterThanOrEqual(CAPTCHAS * SEED_BYTES);
  });

  test('each recording starts from fresh bits of the system’s generator', () => {
    const speech = createCaptchaSpeech();
    const taken = bytesTaken(() => {
      for (let n = 0; n < CAPTCHAS; n++) speech.speak('1', 'en');
    });
    expect(taken).toBeGreaterThanOrEqual(CAPTCHAS * SEED_BYTES);
  });

  test('what follows a fresh start is decided by its bits, and by nothing before it', () => {
    let seed = 0;
    jest.spyOn(crypto, 'randomFillSync').mockImplementation((array) => {
      const words = array as Int32Array;
      for (let i = 0; i < words.length; i++) words[i] = Math.imul(seed + Math.floor(i / 4), 0x9e3779b1) + (i % 4);
      return array;
    });
    const numbersOf = (of: number, before: number) => {
      seed = of;
      const source = new RandomSource();
      for (let n = 0; n < before; n++) source.next();
      source.reseed();
      return Array.from({ length: 20 }, () => source.next());
    };
    expect(numbersOf(1, 0)).toEqual(numbersOf(1, 50));
    const firsts = Array.from({ length: 50 }, (_, of) => numbersOf(of, 0)[0]);
    expect(new Set(firsts).size).toBe(50);
  });

  test('numbers are spread over all of 0 to 1', () => {
    const source = new RandomSource();
    source.reseed();
    const tenths = Array<number>(10).fill(0);
    for (let n = 0; n < 20_000; n++) {
      const tenth = Math.floor(source.next() * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    // Each expected 2,000 times; by chance fewer than 1,700 or more than 2,300 come once in a thousand million runs.
    for (const times of tenths) expect(Math.abs(times - 2_000)).toBeLessThan(300);
  });
});
