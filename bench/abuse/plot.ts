export interface Point {
  wasted: number;
  refused: number;
  label: string;
}

export interface Series {
  name: string;
  colour: string;
  points: readonly Point[];
  dashed?: boolean;
}

const [WIDTH, HEIGHT] = [720, 400];
const [LEFT, TOP, RIGHT, BOTTOM] = [60, 20, 220, 50];
const MOST_WASTED = 8000;

const x = (wasted: number) => LEFT + ((WIDTH - LEFT - RIGHT) * Math.min(wasted, MOST_WASTED)) / MOST_WASTED;
const y = (refused: number) => HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * refused;

/** What an attacker's day costs: messages wasted against the share of the people refused. */
export function frontierPlot(series: readonly Series[]): string {
  const axes = [0, 0.25, 0.5, 0.75, 1].map(
    (share) =>
      `<path d="M${LEFT} ${y(share)}H${WIDTH - RIGHT}" stroke="#ddd"/>` +
      `<text x="${LEFT - 8}" y="${y(share) + 4}" text-anchor="end">${share * 100} %</text>`,
  );
  const ticks = [0, 2000, 4000, 6000, 8000].map(
    (wasted) => `<text x="${x(wasted)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${wasted}</text>`,
  );
  const lines = series.map(({ name, colour, points, dashed }, i) => {
    const path = points.map(
      (point, at) => `${at ? 'L' : 'M'}${x(point.wasted).toFixed(1)} ${y(point.refused).toFixed(1)}`,
    );
    const dots = points.map(
      (point) =>
        `<circle cx="${x(point.wasted).toFixed(1)}" cy="${y(point.refused).toFixed(1)}" r="4" fill="${colour}">` +
        `<title>${point.label}: ${point.wasted} wasted, ${(point.refused * 100).toFixed(1)} % refused</title></circle>`,
    );
    const legend = TOP + 20 + 22 * i;
    return (
      `<path d="${path.join('')}" fill="none" stroke="${colour}"${dashed ? ' stroke-dasharray="5 4"' : ''}/>${dots.join('')}` +
      `<circle cx="${WIDTH - RIGHT + 16}" cy="${legend - 4}" r="4" fill="${colour}"/>` +
      `<text x="${WIDTH - RIGHT + 26}" y="${legend}">${name}</text>`
    );
  });
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">\n<title>Messages wasted and people refused, by policy</title>\n` +
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>\n${[...axes, ...ticks, ...lines].join('\n')}\n` +
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">messages wasted in a day</text>\n` +
    `<text x="14" y="${HEIGHT / 2}" transform="rotate(-90 14 ${HEIGHT / 2})" text-anchor="middle">people refused</text>\n</svg>\n`
  );
}
