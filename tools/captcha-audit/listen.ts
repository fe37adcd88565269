import type { Recordings } from '../../src/captcha/speech/recordings';

const HEADER_BYTES = 44;
const FRAME = 200;
/** Centres of the bands that a frame is measured in, in hertz. */
const BANDS = [250, 350, 450, 600, 750, 950, 1200, 1500, 1850, 2250, 2700, 3200];
const RATE = 8000;
/** A spoken digit as a sequence of so many spectra, however long it took. */
const STEPS = 12;

interface Sound {
  readonly digit: string;
  readonly features: Float32Array;
}

/** What an attacker has who took the recordings out of this repository: every digit of every voice. */
export function soundTemplates(recordings: Recordings): Sound[] {
  return Array.from({ length: recordings.voices * 10 }, (_, index) => {
    const samples = Float32Array.from(recordings.samples(Math.floor(index / 10), index % 10), (value) => value / 127);
    return { digit: String(index % 10), features: featuresOf(samples) };
  });
}

/** Writes down a WAV file: cuts it at its quietest gaps into `count` sounds and names each after the nearest recording. */
export function listen(wav: Buffer, templates: readonly Sound[], count: number): string {
  const samples = Float32Array.from(wav.subarray(HEADER_BYTES), (value) => (value - 128) / 127);
  return segments(samples, count)
    .map((segment) => nearest(featuresOf(segment), templates))
    .join('');
}

/** The loudest `count` stretches, found by lowering the threshold of loudness until there are as many. */
function segments(samples: Float32Array, count: number): Float32Array[] {
  const frames = Math.floor(samples.length / FRAME);
  const loudness = Array.from({ length: frames }, (_, frame) => {
    const part = samples.subarray(Math.max(0, frame - 1) * FRAME, (frame + 2) * FRAME);
    return Math.sqrt(part.reduce((sum, value) => sum + value * value, 0) / part.length);
  });
  const loudest = Math.max(...loudness);
  let best: [number, number][] = [];
  for (let share = 0.7; share > 0.15; share -= 0.025) {
    const found = stretches(loudness, share * loudest);
    if (found.length === count) return found.map(([from, to]) => samples.subarray(from * FRAME, to * FRAME));
    if (Math.abs(found.length - count) < Math.abs(best.length - count)) best = found;
  }
  return best.slice(0, count).map(([from, to]) => samples.subarray(from * FRAME, to * FRAME));
}

function stretches(loudness: readonly number[], threshold: number): [number, number][] {
  const found: [number, number][] = [];
  loudness.forEach((value, frame) => {
    if (value < threshold) return;
    const last = found.at(-1);
    if (last && frame - last[1] <= 4) last[1] = frame + 1;
    else found.push([frame, frame + 1]);
  });
  return found.filter(([from, to]) => to - from >= 4);
}

/** Energies of the bands at evenly spaced moments, as logarithms, each moment's mean taken away. */
function featuresOf(samples: Float32Array): Float32Array {
  const features = new Float32Array(STEPS * BANDS.length);
  for (let step = 0; step < STEPS; step++) {
    const start = Math.floor((Math.max(0, samples.length - FRAME) * step) / (STEPS - 1));
    const frame = samples.subarray(start, start + FRAME);
    const energies = BANDS.map((frequency) => Math.log(0.05 + energy(frame, frequency)));
    const mean = energies.reduce((sum, value) => sum + value, 0) / BANDS.length;
    energies.forEach((value, band) => {
      features[step * BANDS.length + band] = value - mean;
    });
  }
  return features;
}

/** How much of a frequency a frame holds (Goertzel's filter). */
function energy(frame: Float32Array, frequency: number): number {
  const turn = 2 * Math.cos((2 * Math.PI * frequency) / RATE);
  let [before, last] = [0, 0];
  for (const [index, sample] of frame.entries()) {
    const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / frame.length);
    [before, last] = [last, window * sample + turn * last - before];
  }
  return before * before + last * last - turn * before * last;
}

function nearest(features: Float32Array, templates: readonly Sound[]): string {
  let [digit, least] = ['', Number.POSITIVE_INFINITY];
  for (const template of templates) {
    const distance = template.features.reduce((sum, value, index) => sum + (value - (features[index] ?? 0)) ** 2, 0);
    if (distance < least) [digit, least] = [template.digit, distance];
  }
  return digit;
}
