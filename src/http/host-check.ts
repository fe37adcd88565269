import { isIP } from 'node:net';

/**
 * Whether a Host header may be answered in development. A stranger's page can point its own name at 127.0.0.1 (DNS rebinding) and
 * then read /dev/last-sms as same-origin. Addresses, localhost and the name in HOST cannot be pointed by a stranger.
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
