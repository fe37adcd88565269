/** First words that variables of other programs begin with as well. */
const COMMON_WORDS = new Set(['NODE', 'OTEL', 'LOG', 'HOST', 'PORT', 'STORE', 'TEST', 'ALLOW']);

/** What Kubernetes and Docker links add by themselves for a service named like one of our prefixes. */
const SERVICE_LINK = /_(SERVICE_(HOST|PORT\w*)|PORT(_\d+_(TCP|UDP)(_\w+)?)?)$/;

/**
 * One line for each environment variable that looks like a misspelt setting: it differs from one in a letter or two, or begins with
 * the same word (TRUST_PROXIES). Values are not told.
 */
export function nearMisses(names: readonly string[], known: readonly string[]): string[] {
  const words = new Set(known.map(firstWord).filter((word) => !COMMON_WORDS.has(word)));
  return names
    .filter((name) => /^[A-Z][A-Z0-9_]+$/.test(name) && !known.includes(name))
    .flatMap((name) => {
      const related = words.has(firstWord(name)) && name.includes('_') && !SERVICE_LINK.test(name);
      const allowed = name.length < 8 ? 1 : 2;
      const [nearest] = known
        // Distances take time at each start, and only those of a related name are needed beyond what is close.
        .filter((setting) => related || Math.abs(setting.length - name.length) <= allowed || setting.startsWith(name))
        .map((setting) => ({ setting, distance: editDistance(name, setting) }))
        // A name that was left unfinished is nearer than any other of that length.
        .sort(
          (a, b) => Number(b.setting.startsWith(name)) - Number(a.setting.startsWith(name)) || a.distance - b.distance,
        );
      if (!nearest) return [];
      return related || nearest.distance <= allowed
        ? [`${name} is no setting of this server and is ignored: is ${nearest.setting} meant?`]
        : [];
    });
}

function firstWord(name: string): string {
  return name.split('_')[0] ?? name;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const substituted = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(substituted, (previous[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    previous = row;
  }
  return previous[b.length] ?? 0;
}
