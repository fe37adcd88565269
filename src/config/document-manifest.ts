import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * Document texts by their hashes, from a file: `{"hash": "text", …}`, as graphql-codegen and Relay's compiler write it.
 * @throws an Error that completes "NAME ...".
 */
export function documentManifest(value: string): Readonly<Record<string, string>> {
  const file = resolve(value);
  const found = parsedFile(file);
  const entries =
    typeof found === 'object' && found !== null && !Array.isArray(found) ? Object.entries(found) : undefined;
  if (!entries?.every(([, text]) => typeof text === 'string')) {
    throw new Error(`must name a file of {"hash": "document", …}, which ${file} is not`);
  }
  return found as Record<string, string>;
}

function parsedFile(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`names a file that cannot be read: ${file} (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`names a file that is not valid JSON: ${file}`);
  }
}
