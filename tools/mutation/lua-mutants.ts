/** A change of a Lua script: the text from `from` to `to` is replaced. */
export interface LuaMutant {
  from: number;
  to: number;
  replacement: string;
}

/** Comparisons whose bound moves by one. */
const MOVED: Readonly<Record<string, string>> = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' };
/** What changes something in Redis. */
const WRITES = /redis\.call\('(?:SET|DEL|PEXPIRE)'/g;

/** The same length, with blanks in place of comments and lines in place of what stands in quotes. */
function bare(text: string): string {
  return text.replace(/--[^\n]*|'[^'\n]*'|"[^"\n]*"/g, (part) =>
    (part.startsWith('--') ? ' ' : '_').repeat(part.length),
  );
}

/** Every condition negated, every write dropped, every bound and every constant that is no index moved by one. */
export function luaMutants(text: string): LuaMutant[] {
  const code = bare(text);
  return [...conditions(code, text), ...writes(code, text), ...bounds(code), ...constants(code)];
}

function conditions(code: string, text: string): LuaMutant[] {
  return [...code.matchAll(/\b(?:if|elseif|while)\b\s*([\s\S]*?)\s*\b(?:then|do)\b/g)].map((match) => {
    const condition = match[1] ?? '';
    const from = match.index + match[0].indexOf(condition, 2);
    const to = from + condition.length;
    return { from, to, replacement: `not (${text.slice(from, to)})` };
  });
}

/** From `redis.call(` to the bracket that closes it; what uses its answer is no write that can be dropped. */
function writes(code: string, text: string): LuaMutant[] {
  return [...text.matchAll(WRITES)].flatMap(({ index }) => {
    if (code[index] === ' ' || /=\s*$/.test(code.slice(0, index))) return [];
    let depth = 0;
    for (let at = index + 'redis.call'.length; at < code.length; at++) {
      if (code[at] === '(') depth++;
      if (code[at] === ')' && --depth === 0) return [{ from: index, to: at + 1, replacement: 'do end' }];
    }
    return [];
  });
}

function bounds(code: string): LuaMutant[] {
  return [...code.matchAll(/[<>]=?/g)].map(({ 0: sign, index }) => ({
    from: index,
    to: index + sign.length,
    replacement: MOVED[sign] ?? sign,
  }));
}

/** Numbers above 2 are never an index or a step here: they are limits and times. */
function constants(code: string): LuaMutant[] {
  return [...code.matchAll(/(?<![\w.[{+*-]\s?)\d+(?![\w.\]])/g)]
    .filter(({ 0: number }) => Number(number) > 2)
    .map(({ 0: number, index }) => ({
      from: index,
      to: index + number.length,
      replacement: String(Number(number) + 1),
    }));
}
