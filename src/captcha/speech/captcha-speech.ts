import { RandomSource } from '../drawing/random-source';
import { loadRecordings, type Recordings } from './recordings';
import { wavFile } from './wav';

/** How many digits a spoken challenge has. */
export const SPOKEN_LENGTH = 6;

/** Of texts for people and of speech. */
export type Language = 'zh' | 'en';

export interface CaptchaSpeech {
  /**
   * A WAV file (8,000 samples a second, 8 bits, one channel; with base64 and prefix below 100 KB as a data URI) that speaks up to
   * SPOKEN_LENGTH `digits`.
   * @throws Error when `digits` has anything but 0 to 9 or is longer.
   */
  speak(digits: string, language: Language): Buffer;
}

const { min } = Math;

/** Amplitudes as shares of the loudest possible. */
const VOICE_LEVEL = 0.62;
const BABBLE_LEVEL = 0.15;
const NOISE_LEVEL = 0.07;
/** Silence before, between and after the digits, in samples: at least, and how much chance adds. */
const PAUSE = 1600;
const MORE_PAUSE = 2400;
/** The most that is ever spoken: keeps the data URI below 100 KB. */
const LONGEST = 72_000;
/** How far speed, and with it pitch, goes from the recording's. */
const SPEED_CHANGE = 0.13;

/** `random` replaces the random numbers (0 to below 1) of voices, speeds, pauses and noise. Recordings are read at the first use of a language. */
export function createCaptchaSpeech(options: { random?: () => number } = {}): CaptchaSpeech {
  const source = new RandomSource();
  const random = options.random ?? (() => source.next());
  const loaded = new Map<Language, Recordings>();
  const mix = new Float32Array(LONGEST);
  return {
    speak(digits, language) {
      if (!/^[0-9]+$/.test(digits) || digits.length > SPOKEN_LENGTH) throw new Error('Only a few digits can be spoken');
      const recordings = loaded.get(language) ?? loadRecordings(language);
      loaded.set(language, recordings);
      source.reseed();
      mix.fill(0);
      const end = addDigits(digits, recordings, random, mix);
      addBabble(recordings, random, mix, end);
      return wavFile(addNoise(random, mix, end));
    },
  };
}

/** Speaks the digits one after another, each by a voice and at a speed of its own; returns where the recording ends. */
function addDigits(digits: string, recordings: Recordings, random: () => number, mix: Float32Array): number {
  let at = PAUSE + random() * MORE_PAUSE;
  for (const digit of digits) {
    const voice = Math.floor(random() * recordings.voices);
    const samples = recordings.samples(voice, Number(digit));
    const speed = 1 + (2 * random() - 1) * SPEED_CHANGE;
    const level = VOICE_LEVEL * (0.85 + 0.3 * random());
    at = add(samples, speed, 0.5 * (random() - 0.4), level, false, mix, at);
    at += PAUSE + random() * MORE_PAUSE;
  }
  // A WAV file wants an even number of bytes.
  return Math.min(LONGEST, Math.floor(at)) & ~1;
}

/** Lays digits spoken backwards under everything, so that neither pauses nor the sound of a digit stand alone. */
function addBabble(recordings: Recordings, random: () => number, mix: Float32Array, end: number): void {
  for (let layer = 0; layer < 2; layer++) {
    let at = random() * PAUSE;
    while (at < end) {
      const samples = recordings.samples(Math.floor(random() * recordings.voices), Math.floor(random() * 10));
      const speed = 1 + (2 * random() - 1) * SPEED_CHANGE * 1.5;
      const level = BABBLE_LEVEL * (0.6 + 0.8 * random());
      at = add(samples, speed, 0, level, true, mix, at) + random() * 500;
    }
  }
}

/**
 * Adds a recording to the mix from `at` on and returns where it ends. `tilt` (-1 to 1) dulls or sharpens the sound:
 * the recording's spectrum differs from one time to the next.
 */
function add(
  samples: Int8Array,
  speed: number,
  tilt: number,
  level: number,
  backwards: boolean,
  mix: Float32Array,
  at: number,
): number {
  const start = Math.floor(at);
  const length = Math.min(Math.floor((samples.length - 1) / speed), mix.length - start);
  const scale = level / (127 * (1 + Math.abs(tilt)));
  let previous = 0;
  for (let i = 0; i < length; i++) {
    const position = backwards ? samples.length - 1 - i * speed : i * speed;
    const whole = position | 0;
    const part = position - whole;
    const left = samples[whole] as number;
    const right = whole + 1 < samples.length ? (samples[whole + 1] as number) : 0;
    const sample = left + (right - left) * part;
    mix[start + i] = (mix[start + i] as number) + scale * (sample + tilt * previous);
    previous = sample;
  }
  return start + Math.max(0, length);
}

/** Turns the mix into 8-bit samples with noise over all of it. */
function addNoise(random: () => number, mix: Float32Array, end: number): Uint8Array {
  const bytes = new Uint8Array(end);
  for (let i = 0; i < end; i++) {
    const sample = 128 + 127 * ((mix[i] as number) + NOISE_LEVEL * (2 * random() - 1));
    bytes[i] = sample < 0 ? 0 : min(sample, 255);
  }
  return bytes;
}
