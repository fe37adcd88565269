/**
 * Measures what reads the captchas and what they cost: npm run captcha:attack [-- --count 300 --memory 100000]
 * `count`: images a level for each attack; `memory`: images drawn to watch the memory (0 skips it).
 */
import { createHash, randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import * as svgCaptcha from 'svg-captcha';
import { CAPTCHA_LENGTH, CAPTCHA_LETTERS } from '../../src/captcha/alphabet';
import { type CaptchaLevel, createCaptchaDrawing } from '../../src/captcha/drawing/captcha-drawing';
import { loadTypeface } from '../../src/captcha/drawing/outlines';
import { ownFontFiles } from '../../src/captcha/drawing/own-typefaces';
import { createCaptchaSpeech, SPOKEN_LENGTH } from '../../src/captcha/speech/captcha-speech';
import { loadRecordings } from '../../src/captcha/speech/recordings';
import { removeBands, removeRibbons } from './bands';
import { measureCost } from './cost';
import { letterTemplates, readByGlyphs } from './glyphs';
import { listen, soundTemplates } from './listen';
import { PathReader } from './paths';
import { type Pixels, pngChunks, readPng } from './pixels';
import { APART, readByTesseract, readRowsApart, tesseractInstalled } from './tesseract';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '300' }, memory: { type: 'string', default: '20000' } },
});
const count = Number(values.count);
const levels: readonly CaptchaLevel[] = ['normal', 'hard'];
/** Radii of the disc that a stroke must be thinner than to be taken away. */
const RADII = [0, 3, 3.6, 4.2, 5];
/** Widths that an attacker tries for the band. */
const BAND_WIDTHS = [5, 6, 7, 8, 9, 10];
/** The same for band and strokes, and how many there are. */
const RIBBON_WIDTHS = [4, 5, 6, 7, 8, 9, 10];
const RIBBONS = 3;

const drawing = createCaptchaDrawing();
attackPaths();
for (const level of levels) attackPictures(level);
for (const language of ['zh', 'en'] as const) attackSpeech(language);
compareCost();
if (Number(values.memory) > 0) watchMemory(Number(values.memory));

function attackPaths(): void {
  const letters = svgCaptcha.options.charPreset ?? '';
  svgCaptcha.loadFont(`${require.resolve('svg-captcha').replace(/index\.js$/, '')}fonts/Comismsh.ttf`);
  const reader = new PathReader(letters);
  const read = Array.from({ length: count }, () => svgCaptcha.create()).filter(
    ({ data, text }) => reader.read(data) === text,
  );
  say(`Path structure, svg-captcha's own SVG: ${share(read.length, count)} read`);
  const chunks = pngChunks(drawing.draw(randomText(), 'normal')).map(({ type }) => type);
  say(`Path structure, ours: does not apply, the file holds ${chunks.join(', ')} and nothing else`);
}

function attackPictures(level: CaptchaLevel): void {
  const answers = Array.from({ length: count }, randomText);
  const pictures = answers.map((answer) => readPng(drawing.draw(answer, level)));
  const traced = pictures.map((picture) => removeBands(picture, BAND_WIDTHS, 1));
  const filled = pictures.map((picture) => removeRibbons(picture, RIBBON_WIDTHS, RIBBONS));
  if (tesseractInstalled()) {
    const [mode, read] = bestOf(readByTesseract(pictures, CAPTCHA_LETTERS), answers);
    say(`Tesseract, ${level}: ${share(read, count)} read in its best mode (${mode})`);
    const apart = new Map([
      ...readByTesseract(filled, CAPTCHA_LETTERS, APART),
      ...readRowsApart(traced, CAPTCHA_LETTERS, CAPTCHA_LENGTH, 'band inverted back'),
      ...readRowsApart(filled, CAPTCHA_LETTERS, CAPTCHA_LENGTH, 'band and strokes filled'),
    ]);
    const [apartMode, apartRead] = bestOf(apart, answers);
    say(`Tesseract, ${level}, band and strokes removed first: ${share(apartRead, count)} read (${apartMode})`);
  } else {
    say(`TESSERACT IS NOT INSTALLED: ${level} IS NOT MEASURED WITH IT`);
  }
  const templates = letterTemplates(ownFontFiles().map((file) => loadTypeface(file, CAPTCHA_LETTERS)));
  const glyphs = (from: readonly Pixels[]): Map<string, string[]> =>
    new Map(
      RADII.map((radius) => [
        `strokes thinner than ${2 * radius} pixels taken away`,
        from.map((picture) => readByGlyphs(picture, templates, CAPTCHA_LENGTH, radius)),
      ]),
    );
  const [mode, read] = bestOf(glyphs(pictures), answers);
  say(`Nearest glyph, ${level}: ${share(read, count)} read in its best mode (${mode})`);
  const [tracedMode, tracedRead] = bestOf(glyphs(traced), answers);
  say(`Nearest glyph, ${level}, the band traced and inverted back: ${share(tracedRead, count)} read (${tracedMode})`);
  const [filledMode, filledRead] = bestOf(glyphs(filled), answers);
  say(`Nearest glyph, ${level}, band and strokes traced and filled: ${share(filledRead, count)} read (${filledMode})`);
}

function attackSpeech(language: 'zh' | 'en'): void {
  const speech = createCaptchaSpeech();
  const templates = soundTemplates(loadRecordings(language));
  let [read, right] = [0, 0];
  for (let i = 0; i < count; i++) {
    const digits = Array.from({ length: SPOKEN_LENGTH }, () => randomInt(10)).join('');
    const heard = listen(speech.speak(digits, language), templates, SPOKEN_LENGTH);
    if (heard === digits) read++;
    right += [...heard].filter((digit, at) => digit === digits[at]).length;
  }
  say(
    `Nearest recording, speech (${language}): ${share(read, count)} read, ${share(right, SPOKEN_LENGTH * count)} of the digits`,
  );
}

function compareCost(): void {
  const costs = measureCost(drawing, randomText);
  const own = costs["svg-captcha's create()"]?.cpu ?? Number.NaN;
  for (const [name, { cpu, bytes, mostBytes }] of Object.entries(costs)) {
    const times = `${(cpu / own).toFixed(2)} times svg-captcha's`;
    say(`Cost, ${name}: ${cpu.toFixed(0)} µs of CPU (${times}), ${bytes.toFixed(0)} characters (most: ${mostBytes})`);
  }
}

function watchMemory(images: number): void {
  const seen = new Set<string>();
  const rss = (): number => process.memoryUsage().rss / 2 ** 20;
  for (let i = 0; i < 2000; i++) drawing.draw(randomText(), 'hard');
  const before = rss();
  for (let i = 0; i < images; i++) {
    const file = drawing.draw('ACE39', levels[i % 2] ?? 'normal');
    seen.add(createHash('sha1').update(file).digest('base64').slice(0, 16));
  }
  const hashes = (images * 100) / 2 ** 20;
  say(
    `Memory: ${before.toFixed(0)} MB before, ${rss().toFixed(0)} MB after ${images} images (about ${hashes.toFixed(0)} MB of it their hashes)`,
  );
  say(`Pictures of one and the same text that came twice: ${images - seen.size} of ${images}`);
}

/** The mode that read most, and how many. */
function bestOf(readings: Map<string, string[]>, answers: readonly string[]): [string, number] {
  const scores = [...readings].map(([mode, texts]): [string, number] => [
    mode,
    texts.filter((text, index) => text === answers[index]).length,
  ]);
  return scores.reduce((best, score) => (score[1] > best[1] ? score : best));
}

function randomText(): string {
  return Array.from({ length: CAPTCHA_LENGTH }, () => CAPTCHA_LETTERS[randomInt(CAPTCHA_LETTERS.length)]).join('');
}

function share(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
