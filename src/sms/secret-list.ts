/**
 * Reads one secret, or several, comma-separated, while one replaces the other.
 * @param must what is asked of each, as it completes "NAME ...".
 * @throws Error that completes "NAME ..." and repeats nothing of a secret.
 */
export function secretList(text: string, isSecret: (secret: string) => boolean, must: string): string[] {
  const secrets = text
    .split(',')
    .map((secret) => secret.trim())
    .filter((secret) => secret !== '');
  if (secrets.length === 0 || !secrets.every(isSecret)) throw new Error(`${must}; several comma-separated`);
  return secrets;
}
