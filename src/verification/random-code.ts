import { randomInt } from 'node:crypto';

/** Six digits from the CSPRNG, 000000 to 999999, each as likely as the others. */
export function randomCode(): string {
  return randomInt(1_000_000).toString().padStart(6, '0');
}
