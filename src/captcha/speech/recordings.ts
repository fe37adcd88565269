import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const DIGITS = 10;

/** The digits 0 to 9 as spoken by a few voices: 8,000 samples a second, 8 bits, signed. */
export interface Recordings {
  readonly voices: number;
  samples(voice: number, digit: number): Int8Array;
}

/** Reads a language's recordings; tools/captcha-audit/voice.ts makes them and describes the file. */
export function loadRecordings(language: 'zh' | 'en'): Recordings {
  const file = readFileSync(join(__dirname, `voice-${language}.bin`));
  const voices = file.readUInt8(0);
  const recordings: Int8Array[] = [];
  let at = 1 + 2 * DIGITS * voices;
  for (let index = 0; index < DIGITS * voices; index++) {
    const length = file.readUInt16LE(1 + 2 * index);
    recordings.push(new Int8Array(file.buffer, file.byteOffset + at, length));
    at += length;
  }
  return { voices, samples: (voice, digit) => recordings[voice * DIGITS + digit] as Int8Array };
}
