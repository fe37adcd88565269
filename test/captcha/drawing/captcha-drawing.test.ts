import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { deflateSync } from 'node:zlib';
import { CAPTCHA_LENGTH, CAPTCHA_LETTERS } from '../../../src/captcha/alphabet';
import { type CaptchaLevel, createCaptchaDrawing } from '../../../src/captcha/drawing/captcha-drawing';
import { loadTypeface } from '../../../src/captcha/drawing/outlines';
import { ownFontFiles, ownTypefaces, parseTypefaces, typefacesText } from '../../../src/captcha/drawing/own-typefaces';
import { readChunks, readRows } from './png-reader';

const levels: readonly CaptchaLevel[] = ['normal', 'hard'];
const drawing = createCaptchaDrawing();

/** Texts in which every letter comes at every place. */
const textOf = (index: number): string =>
  Array.from({ length: CAPTCHA_LENGTH }, (_, at) => CAPTCHA_LETTERS[(index + at * (1 + index)) % 15]).join('');

/** WCAG 2.2, "relative luminance". */
const luminance = (rgb: readonly number[]): number => {
  const [r = 0, g = 0, b = 0] = rgb.map((each) => ((each / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

describe('the letters of captchas', () => {
  it('are 15 to 20 different capitals and digits', () => {
    expect(CAPTCHA_LETTERS).toMatch(/^[A-Z0-9]{15,20}$/);
    expect(new Set(CAPTCHA_LETTERS).size).toBe(CAPTCHA_LETTERS.length);
  });

  it.each(['A4', 'C6G', 'KX', 'T7', 'JU', 'EF', 'PR', '0OQD', '1IL', '2Z', '5S', '8B', 'VY', 'MNW'])(
    'hold at most one of %s, which people mix up',
    (group) => {
      expect([...group].filter((letter) => CAPTCHA_LETTERS.includes(letter)).length).toBeLessThanOrEqual(1);
    },
  );
});

describe.each(levels)('a picture at level %s', (level) => {
  it('is a well-formed PNG file without anything but size, palette and pixels', () => {
    const file = drawing.draw('ACE39', level);
    const chunks = readChunks(file);

    expect(file.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
    expect(chunks.map(({ type }) => type)).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND']);
    expect(chunks.every(({ intact }) => intact)).toBe(true);
    expect([file.readUInt32BE(16), file.readUInt32BE(20)]).toEqual([240, 90]);
    expect(readRows(file)).toHaveLength(90);
  });

  it.each([
    ['height', 2],
    ['width', 3],
    ['angle', 5],
    ['shear', 6],
  ])('has a letter whose %s is chance', (_, nth) => {
    let calls = 0;
    let other = -1;
    // One for both: the outlines of a typeface are a little different each time that it is loaded.
    const chances = createCaptchaDrawing({ random: () => (calls++ === other ? 0.9 : 0.5) });
    /** Where the nth chance is another than all others. */
    const picture = (nth: number): Buffer => {
      [calls, other] = [0, nth];
      return chances.draw('A', level);
    };
    expect(picture(-1).equals(picture(-1))).toBe(true);
    expect(picture(nth).equals(picture(-1))).toBe(false);
  });

  it('has the same header and palette whatever the answer', () => {
    const heads = Array.from({ length: 100 }, (_, index) => {
      const [header, palette] = readChunks(drawing.draw(textOf(index), level));
      return `${header?.data.toString('hex')} ${palette?.data.toString('hex')}`;
    });

    expect(new Set(heads).size).toBe(1);
  });

  it('has ink that stands out from its ground, and tints between them for the edges of letters', () => {
    const palette = readChunks(drawing.draw('ACE39', level)).find(({ type }) => type === 'PLTE')?.data ?? [];
    const [ground = 0, light = 0, dark = 0, ink = 0] = [0, 1, 2, 3].map((n) =>
      luminance([...palette].slice(3 * n, 3 * n + 3)),
    );
    expect([ground > light, light > dark, dark > ink]).toEqual([true, true, true]);
    // WCAG 2.2, 1.4.6: enhanced contrast.
    expect((ground + 0.05) / (ink + 0.05)).toBeGreaterThan(7);
  });

  it('takes at most 4,096 bytes, and never comes twice, over a thousand', () => {
    const files = Array.from({ length: 1000 }, (_, index) => drawing.draw(textOf(index), level));

    expect(Math.max(...files.map((file) => file.length))).toBeLessThanOrEqual(4096);
    expect(new Set(files.map((file) => file.toString('latin1'))).size).toBe(files.length);
  });

  it('differs each time for one and the same text', () => {
    const files = Array.from({ length: 500 }, () => drawing.draw('WXY23', level).toString('latin1'));

    expect(new Set(files).size).toBe(files.length);
  });

  it('keeps its edge bare, so that no letter leaves it', () => {
    for (let index = 0; index < 300; index++) {
      const rows = readRows(drawing.draw(textOf(index), level));
      const edge = rows.flatMap((row, y) => (y < 3 || y >= 87 ? row : [...row.slice(0, 3), ...row.slice(-3)]));
      const inside = rows.flatMap((row) => row.slice(3, -3));

      expect(edge.every((tint) => tint === 0)).toBe(true);
      expect(inside.filter((tint) => tint === 3).length).toBeGreaterThan(1500);
    }
  });

  it('keeps its edge bare even for random numbers at the ends of their range', () => {
    for (const value of [0, 1 - Number.EPSILON]) {
      const rows = readRows(createCaptchaDrawing({ random: () => value }).draw('WWWWW', level));

      expect([...(rows[0] ?? []), ...(rows[89] ?? [])].every((tint) => tint === 0)).toBe(true);
      expect(rows.every((row) => row[0] === 0 && row[239] === 0)).toBe(true);
    }
  });
});

it.each<[CaptchaLevel, string]>([
  ['normal', '6, 5, 5'],
  ['hard', '9, 6, 6'],
])('a picture at level %s is crossed by a band and two strokes, so many pixels high: %s', (level, heights) => {
  // Without letters, and with everything in the middle of its range.
  const rows = readRows(createCaptchaDrawing({ random: () => 0.5 }).draw('', level));
  const column = rows.map((row) => row[120] ?? 0);
  const runs = column
    .join('')
    .split(/0+/)
    .filter((run) => run !== '')
    .map((run) => Math.round([...run].reduce((ink, tint) => ink + Number(tint) / 3, 0)));
  expect(runs.join(', ')).toBe(heights);
});

describe('random numbers', () => {
  it('decide the whole picture when they are given', () => {
    const numbers = (): (() => number) => {
      let state = 7;
      return () => {
        state = (state * 16807) % 2147483647;
        return state / 2147483647;
      };
    };
    const [first, second] = [createCaptchaDrawing({ random: numbers() }), createCaptchaDrawing({ random: numbers() })];

    // The outlines that svg-captcha hands out differ by a ten-thousandth from one load to the next: a few edge pixels may differ.
    const [a, b] = [readRows(first.draw('ACE39', 'normal')).flat(), readRows(second.draw('ACE39', 'normal')).flat()];
    expect(a.filter((tint, index) => Math.abs(tint - (b[index] ?? 0)) > 1)).toHaveLength(0);
    expect(readRows(first.draw('ACE39', 'normal')).flat()).not.toEqual(a);
  });
});

describe('typefaces', () => {
  const [first = ''] = ownFontFiles();
  const svgCaptchaFont = join(require.resolve('svg-captcha'), '../fonts/Comismsh.ttf');

  it('are all used that are named', () => {
    const [one = '', another = ''] = ownFontFiles();
    const pixels = (...fontFiles: string[]) =>
      readRows(createCaptchaDrawing({ fontFiles, random: () => 0.5 }).draw('ACE', 'normal')).flat();
    const unlike = (a: readonly number[], b: readonly number[]) => a.filter((tint, i) => tint !== b[i]).length;
    const both = pixels(one, another);

    // A face that is read once more differs by less than a pixel here and there.
    expect(unlike(both, pixels(one, another))).toBeLessThan(100);
    expect(unlike(both, pixels(one))).toBeGreaterThan(300);
    expect(unlike(both, pixels(another))).toBeGreaterThan(300);
  });

  it('are three to six of the product’s own unless others are set', () => {
    expect(ownFontFiles().length).toBeGreaterThanOrEqual(3);
    expect(ownFontFiles().length).toBeLessThanOrEqual(6);
  });

  it('are read back as a build wrote them', () => {
    const typefaces = ownTypefaces();

    expect(typefaces.map((typeface) => [...typeface.keys()].join(''))).toEqual(
      ownFontFiles().map(() => CAPTCHA_LETTERS),
    );
    expect(parseTypefaces(typefacesText(typefaces))).toEqual(typefaces);
  });

  it.each([
    ['one file', [first]],
    ['a font from elsewhere', [svgCaptchaFont]],
    ['both', [first, svgCaptchaFont]],
  ])('can be replaced by %s', (_, fontFiles) => {
    const rows = readRows(createCaptchaDrawing({ fontFiles }).draw('ACE39', 'hard'));

    expect(rows.flat().filter((tint) => tint === 3).length).toBeGreaterThan(1000);
  });

  it('are refused with one clear line when the file is missing', () => {
    expect(() => createCaptchaDrawing({ fontFiles: ['/nowhere/font.ttf'] })).toThrow(
      /^Captcha font \/nowhere\/font\.ttf cannot be read: [^\n]+$/,
    );
  });

  it('are refused with one clear line when the file is no font', () => {
    const folder = mkdtempSync(join(tmpdir(), 'captcha-font-'));
    const file = join(folder, 'letter.ttf');
    writeFileSync(file, 'Dear reader, this is no font.');
    try {
      expect(() => createCaptchaDrawing({ fontFiles: [file] })).toThrow(
        /^Captcha font .*letter\.ttf cannot be read: [^\n]+$/,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('must have every letter that is asked for', () => {
    expect(() => loadTypeface(first, 'A中')).toThrow(/^Captcha font .* lacks the letter 中$/);
  });

  it('draw no letter that is not theirs', () => {
    expect(() => drawing.draw('AC0IO', 'normal')).toThrow('not in the alphabet');
  });
});

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

describe('the cost of drawing', () => {
  // How many ms a picture takes is a figure of the bench. Here it is compared with other work of this very process.
  it('is less than thrice that of compressing noise of its size, so that nobody waits long for a turn', () => {
    const noise = randomBytes(240 * 90);
    // The least of several: other processes make any single one dearer.
    const cpuOf = (act: () => void): number => {
      let least = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 10; round++) {
        const before = process.cpuUsage();
        for (let i = 0; i < 30; i++) act();
        const { user, system } = process.cpuUsage(before);
        least = Math.min(least, user + system);
      }
      return least;
    };
    const compressing = cpuOf(() => deflateSync(noise, { level: 9 }));
    expect(cpuOf(() => drawing.draw('ACE39', 'hard'))).toBeLessThan(3 * compressing);
  });

  it('leaves nothing behind: a thousand pictures more take no more memory than the thousand before', async () => {
    // Compressors let go of their memory a turn of the loop after they were collected.
    const held = async (): Promise<number> => {
      for (let turn = 0; turn < 3; turn++) {
        collectGarbage();
        await new Promise((resolve) => setImmediate(resolve));
      }
      const { heapUsed, external } = process.memoryUsage();
      return heapUsed + external;
    };
    const draw = (count: number) => {
      for (let index = 0; index < count; index++) drawing.draw(textOf(index), index % 2 === 0 ? 'hard' : 'normal');
    };
    draw(1000);
    const before = await held();
    draw(1000);
    // Each file has more than a kilobyte: to keep them would take more than a megabyte.
    expect((await held()) - before).toBeLessThan(500_000);
  });
});
