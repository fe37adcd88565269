import { createCaptchaSpeech, SPOKEN_LENGTH } from '../../../src/captcha/speech/captcha-speech';

const HEADER_BYTES = 44;
const speech = createCaptchaSpeech();

describe.each(['zh', 'en'] as const)('a challenge spoken in %s', (language) => {
  it('is a well-formed WAV file of 8-bit samples, one channel, 8,000 a second', () => {
    const file = speech.speak('120394', language);

    expect(file.toString('latin1', 0, 4)).toBe('RIFF');
    expect(file.readUInt32LE(4)).toBe(file.length - 8);
    expect(file.toString('latin1', 8, 16)).toBe('WAVEfmt ');
    expect([file.readUInt16LE(20), file.readUInt16LE(22), file.readUInt32LE(24)]).toEqual([1, 1, 8000]);
    expect([file.readUInt32LE(28), file.readUInt16LE(32), file.readUInt16LE(34)]).toEqual([8000, 1, 8]);
    expect(file.toString('latin1', 36, 40)).toBe('data');
    expect(file.readUInt32LE(40)).toBe(file.length - HEADER_BYTES);
    expect(file.length % 2).toBe(0);
  });

  it('makes a data URI of at most 100 KB and lasts a few seconds, whatever the digits', () => {
    for (let index = 0; index < 300; index++) {
      const digits = String((index * 7919 * 131) % 10 ** SPOKEN_LENGTH).padStart(SPOKEN_LENGTH, '0');
      const file = speech.speak(digits, language);

      expect(`data:audio/wav;base64,${file.toString('base64')}`.length).toBeLessThanOrEqual(100 * 1024);
      expect((file.length - HEADER_BYTES) / 8000).toBeGreaterThan(2.5);
    }
  });

  it('stays below 100 KB with the slowest speech and the longest pauses', () => {
    const slow = createCaptchaSpeech({ random: () => 1 - Number.EPSILON }).speak('777777', language);
    const slowest = createCaptchaSpeech({ random: () => 0 }).speak('777777', language);

    for (const file of [slow, slowest]) expect((file.length * 4) / 3 + 30).toBeLessThan(100 * 1024);
  });

  it('differs each time for the same digits', () => {
    const files = Array.from({ length: 50 }, () => speech.speak('314159', language).toString('latin1'));

    expect(new Set(files).size).toBe(files.length);
  });

  it('has digits of several voices', () => {
    /** How long a digit lasts: what one more of it adds, without the pause that it adds. */
    const lasts = (digit: string, chance: number) => {
      const length = (digits: string) => createCaptchaSpeech({ random: () => chance }).speak(digits, language).length;
      return 2 * (length(digit + digit) - length(digit)) - (length(digit) - HEADER_BYTES);
    };
    // Speed and pauses come from chance as well; how long one digit lasts beside another is its voice's alone.
    const ratios = [0.1, 0.5, 0.9].map((chance) => lasts('1', chance) / lasts('7', chance));

    expect(Math.max(...ratios) - Math.min(...ratios)).toBeGreaterThan(0.03);
  });

  it('is louder where digits are than before the first of them, and is not cut off by clipping', () => {
    for (let index = 0; index < 20; index++) {
      const samples = [...speech.speak('598213', language).subarray(HEADER_BYTES)].map((sample) => sample - 128);
      const loudness = (part: number[]): number =>
        Math.sqrt(part.reduce((sum, value) => sum + value * value, 0) / part.length);

      expect(loudness(samples)).toBeGreaterThan(1.3 * loudness(samples.slice(0, 1500)));
      expect(samples.filter((sample) => Math.abs(sample) >= 127).length).toBeLessThan(samples.length / 1000);
    }
  });

  it('has voices under the silence before the first digit and between digits, not noise alone', () => {
    // Noise goes 7 % of the loudest at most.
    const noise = Math.ceil(0.07 * 127) + 1;
    let louder = 0;
    for (let index = 0; index < 20; index++) {
      const samples = [...speech.speak('598213', language).subarray(HEADER_BYTES)].map((sample) => sample - 128);
      if (samples.slice(0, 1600).some((sample) => Math.abs(sample) > noise)) louder++;
    }

    expect(louder).toBeGreaterThan(10);
  });

  it('has two of them at once there: together they are louder than one can be', () => {
    // With the same chance at every turn they say the same, and noise is a shift of all samples.
    const chance = 0.3;
    const file = createCaptchaSpeech({ random: () => chance }).speak('5', language);
    const beforeTheDigit = file.subarray(HEADER_BYTES, HEADER_BYTES + 1_600 + chance * 2_400);
    const silence = [...beforeTheDigit].map((sample) => Math.abs(sample - 128));
    const loudestOfOne = 127 * (0.15 * (0.6 + 0.8 * chance) + 0.07 * Math.abs(2 * chance - 1));
    expect(Math.max(...silence)).toBeGreaterThan(loudestOfOne);
  });
});

it('is spoken in the language that is asked for', () => {
  const spoken = (language: 'zh' | 'en') => createCaptchaSpeech({ random: () => 0.5 }).speak('1', language);

  expect(spoken('zh')).not.toEqual(spoken('en'));
  expect(spoken('zh')).toEqual(spoken('zh'));
  // By one server after the other, too.
  const both = createCaptchaSpeech({ random: () => 0.5 });
  expect([both.speak('1', 'zh'), both.speak('1', 'en')]).toEqual([spoken('zh'), spoken('en')]);
});

describe('the chances of one digit, in their order', () => {
  /** The samples where the nth chance is another than all others. */
  const spoken = (nth: number): Buffer => {
    let calls = 0;
    const random = () => (calls++ === nth ? 0.9 : 0.5);
    return createCaptchaSpeech({ random }).speak('5', 'en').subarray(HEADER_BYTES);
  };
  const usual = spoken(-1);

  it.each([
    ['the pause before it', 0, 'longer'],
    ['its speed', 2, 'shorter'],
    ['its loudness', 3, 'as long'],
    ['its sharpness', 4, 'as long'],
    ['the pause after it', 5, 'longer'],
  ])('%s', (_, nth, expected) => {
    const other = spoken(nth);
    const longer = other.length > usual.length ? 'longer' : 'shorter';
    expect(other.length === usual.length ? 'as long' : longer).toBe(expected);
    expect(other.equals(usual)).toBe(false);
  });
});

describe('what cannot be spoken', () => {
  it.each(['', '12a', '1234567', '１２'])('%j is refused', (digits) => {
    expect(() => speech.speak(digits, 'en')).toThrow('Only a few digits can be spoken');
  });
});
