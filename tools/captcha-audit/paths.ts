import * as svgCaptcha from 'svg-captcha';

/** The attack that needs no picture: an SVG's letters stand in it as path commands, whose sequence is each letter's own. */
export class PathReader {
  private readonly known = new Map<string, { readonly letter: string; readonly shape: number[] }[]>();

  constructor(letters: string) {
    for (const letter of letters) {
      const { data } = svgCaptcha.create({ size: 1, charPreset: letter, noise: 0 });
      for (const glyph of glyphs(data)) {
        const alike = this.known.get(glyph.commands) ?? [];
        alike.push({ letter, shape: glyph.shape });
        this.known.set(glyph.commands, alike);
      }
    }
  }

  /** The text that an SVG document shows; letters with the same commands are told apart by their coordinates. */
  read(svg: string): string {
    const found = glyphs(svg).sort((a, b) => a.left - b.left);
    return found.map((glyph) => nearest(glyph.shape, this.known.get(glyph.commands) ?? [])).join('');
  }
}

/** The filled paths of an SVG document. Lines of noise have a stroke and no fill. */
function glyphs(svg: string): { commands: string; shape: number[]; left: number }[] {
  return [...svg.matchAll(/<path fill="#[^"]*" d="([^"]*)"/g)].map(([, path = '']) => {
    const numbers = (path.match(/-?[\d.]+/g) ?? []).map(Number);
    const shape = numbers.map((value, index) => value - (numbers[index % 2] ?? 0));
    return { commands: path.replace(/[^A-Z]/g, ''), shape, left: numbers[0] ?? 0 };
  });
}

function nearest(shape: readonly number[], candidates: readonly { letter: string; shape: number[] }[]): string {
  let [letter, least] = ['?', Number.POSITIVE_INFINITY];
  for (const candidate of candidates) {
    const distance = shape.reduce((sum, value, index) => sum + Math.abs(value - (candidate.shape[index] ?? 0)), 0);
    if (distance < least) [letter, least] = [candidate.letter, distance];
  }
  return letter;
}
