/** What a colour is read on: the page's cards, light and dark, as web/src/style.css has them. */
const GROUNDS = { light: '#ffffff', dark: '#191f29' } as const;
/** WCAG 2.2 asks for 4.5; tinted grounds take some of it. */
const CONTRAST = 5.5;
const STEP = 0.04;

type Rgb = readonly [number, number, number];

/** A brand's colour for both themes: as it is, or as much darker or lighter as it takes to be read. `colour` is `#` and six hexadecimal digits. */
export function brandColours(colour: string): { light: string; dark: string } {
  const toward = (end: Rgb, ground: string) => {
    const from = rgb(colour);
    for (let share = 0; ; share += STEP) {
      const mixed = from.map((part, i) => Math.round(part + ((end[i] ?? 0) - part) * Math.min(share, 1)));
      const hex = `#${mixed.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
      if (share >= 1 || contrast(hex, ground) >= CONTRAST) return hex;
    }
  };
  return { light: toward([0, 0, 0], GROUNDS.light), dark: toward([255, 255, 255], GROUNDS.dark) };
}

function rgb(hex: string): Rgb {
  const part = (at: number) => Number.parseInt(hex.slice(at, at + 2), 16);
  return [part(1), part(3), part(5)];
}

/** From 1 to 21: WCAG 2.2, "contrast ratio". */
export function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = rgb(hex).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
