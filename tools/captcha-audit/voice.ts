/**
 * Makes the recordings of the digits again: npx tsx tools/captcha-audit/voice.ts (needs espeak-ng, Debian's package of that name).
 * Output: src/captcha/speech/voice-zh.bin and voice-en.bin. A file holds the number of voices (one byte), then for each voice the lengths of
 * its ten digits in samples (16 bits each, little-endian), then all samples in the same order: 8 bits signed, 8,000 a second.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const RATE = 8000;
const QUIET = 0.02;
const DIGITS = {
  zh: ['ling2', 'yi1', 'er4', 'san1', 'si4', 'wu3', 'liu4', 'qi1', 'ba1', 'jiu3'],
  en: ['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'],
};
/** Voice, words a minute, pitch (0 to 99). */
const VOICES = {
  zh: [
    ['cmn-latn-pinyin', 140, 45],
    ['cmn-latn-pinyin+f2', 130, 60],
    ['cmn-latn-pinyin+m3', 150, 35],
  ],
  en: [
    ['en-us', 140, 45],
    ['en-gb-x-rp+f2', 130, 60],
    ['en-us+m3', 150, 35],
  ],
} as const;

for (const language of ['zh', 'en'] as const) {
  const recordings = VOICES[language].map(([voice, speed, pitch]) =>
    DIGITS[language].map((word) => record(voice, speed, pitch, word)),
  );
  const lengths = Buffer.alloc(2 * recordings.flat().length);
  recordings.flat().forEach((samples, index) => {
    lengths.writeUInt16LE(samples.length, 2 * index);
  });
  const samples = Buffer.concat(recordings.flat().map((recording) => Buffer.from(recording.buffer)));
  const file = join(__dirname, `../../src/captcha/speech/voice-${language}.bin`);
  writeFileSync(file, Buffer.concat([Buffer.from([recordings.length]), lengths, samples]));
  process.stdout.write(`${file}: ${samples.length} samples\n`);
}

/** One digit, without the silence around it, as loud as eight bits allow. */
function record(voice: string, speed: number, pitch: number, word: string): Int8Array {
  const args = ['-v', voice, '-s', String(speed), '-p', String(pitch), '--stdout', word];
  const wav = execFileSync('espeak-ng', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const rate = wav.readUInt32LE(24);
  const spoken = Float32Array.from({ length: (wav.length - 44) >> 1 }, (_, i) => wav.readInt16LE(44 + 2 * i) / 32768);
  const samples = resample(spoken, rate);
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  const loud = (sample: number): boolean => Math.abs(sample) > QUIET * peak;
  const kept = samples.slice(samples.findIndex(loud), samples.findLastIndex(loud) + 1);
  return Int8Array.from(kept, (sample) => Math.round((127 * sample) / peak));
}

/** To 8,000 samples a second: a windowed sinc that lets through what lies below 3.7 kHz. */
function resample(source: Float32Array, rate: number): Float32Array {
  const step = rate / RATE;
  const cutoff = 3700 / rate;
  const reach = 40;
  return Float32Array.from({ length: Math.floor(source.length / step) }, (_, index) => {
    const centre = index * step;
    let sum = 0;
    for (let i = Math.max(0, Math.ceil(centre - reach)); i <= Math.min(source.length - 1, centre + reach); i++) {
      const distance = i - centre;
      const angle = 2 * Math.PI * cutoff * distance;
      const sinc = distance === 0 ? 2 * cutoff : Math.sin(angle) / (Math.PI * distance);
      sum += (source[i] ?? 0) * sinc * (0.5 + 0.5 * Math.cos((Math.PI * distance) / reach));
    }
    return sum;
  });
}
