/** Prometheus's text format, as far as this server uses it. */
export interface Exposition {
  /** Names of all metrics that are declared, and of the series that a histogram is made of. */
  names: ReadonlySet<string>;
  /** Value of a series, written as it stands there, such as `up{job="x"}`; undefined where there is none. */
  value(series: string): number | undefined;
  text: string;
}

export async function scrape(url: string): Promise<Exposition> {
  const response = await fetch(`${url}/metrics`);
  if (response.status !== 200) throw new Error(`/metrics answered ${response.status}`);
  return readExposition(await response.text());
}

export function readExposition(text: string): Exposition {
  const names = new Set<string>();
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const [, name = '', type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (type === 'histogram') for (const suffix of ['_bucket', '_sum', '_count']) names.add(name + suffix);
    else if (type) names.add(name);
    const [, series, value] = /^([a-z_]+(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
    if (series) values.set(series, Number(value));
  }
  return { names, text, value: (series) => values.get(series) };
}
