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
