/** The object that the text holds as JSON, or undefined where it holds none. */
export function readJsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** The objects of the array that the text holds as JSON, or undefined where it holds none. What stands beside them is left out. */
export function readJsonArray(text: string): Record<string, unknown>[] | undefined {
  const value: unknown = readJsonObject(text);
  if (!Array.isArray(value)) return undefined;
  return value.filter((item) => typeof item === 'object' && item !== null);
}

/** A string, a number or a boolean as text; '' for an object or an array, which may bring a `toString` that is none. */
export function textOf(value: unknown): string {
  return typeof value === 'object' ? '' : String(value);
}
