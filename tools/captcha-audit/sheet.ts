/**
 * Writes, for each level, a contact sheet of images and a text file of the answers, so that a person can read the sheet with the answers
 * covered and then compare: npm run captcha:sheet [-- --count 24 --columns 3 --out captcha-sheet]
 */
import { randomInt } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CAPTCHA_LENGTH, CAPTCHA_LETTERS } from '../../src/captcha/alphabet';
import { type CaptchaLevel, createCaptchaDrawing } from '../../src/captcha/drawing/captcha-drawing';
import { contactSheet, readPng, writePng } from './pixels';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '24' },
    columns: { type: 'string', default: '3' },
    out: { type: 'string', default: 'captcha-sheet' },
    fonts: { type: 'string' },
  },
});
const levels: readonly CaptchaLevel[] = ['normal', 'hard'];
const columns = Number(values.columns);
const drawing = createCaptchaDrawing({ fontFiles: values.fonts?.split(',') });
mkdirSync(values.out, { recursive: true });

for (const level of levels) {
  const answers = Array.from({ length: Number(values.count) }, randomText);
  const sheet = contactSheet(
    answers.map((answer) => readPng(drawing.draw(answer, level))),
    columns,
    12,
  );
  writeFileSync(join(values.out, `${level}.png`), writePng(sheet));
  const lines = answers.map((answer, index) => (index % columns === columns - 1 ? `${answer}\n` : `${answer} `));
  writeFileSync(join(values.out, `${level}-answers.txt`), lines.join(''));
}
process.stdout.write(`Contact sheets and answers, row by row, are in ${values.out}/\n`);

function randomText(): string {
  return Array.from({ length: CAPTCHA_LENGTH }, () => CAPTCHA_LETTERS[randomInt(CAPTCHA_LETTERS.length)]).join('');
}
