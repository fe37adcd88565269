import { isIP } from 'node:net';

/**
 * Whether a Host header may be answered in development. A page of a stranger's can point its own name at 127.0.0.1 (DNS rebinding) and
 * would then read /dev/last-sms as its own; an address, localhost and the name in HOST are nobody else's to point.
 * @param ownName the HOST setting.
 */
export function isOwnHost(header: string | undefined, ownName: string | undefined): boolean {
  // No browser leaves it out.
  if (header === undefined) return true;
  const name = header
    .replace(/:\d*$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();
  return name === 'localhost' || name === ownName?.toLowerCase() || isIP(name) !== 0;
}
