import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';
import { KeyedHash } from '../keyed-hash';
import type { Client } from '../limits/rules';

/**
 * The address that a request comes from, with `trustProxy` proxies in front. Each proxy appends the address it was called from to
 * X-Forwarded-For, so counted from the right the entries are ours and the rest is whatever the client made up (OWASP ASVS 5.0,
 * 4.1.3). A request that passed fewer proxies than that is known by its own connection.
 */
export function clientAddress(socketAddress: string, forwardedFor: string | undefined, trustProxy: number): string {
  if (trustProxy === 0 || !forwardedFor) return socketAddress;
  const entries = forwardedFor.split(',');
  const entry = entries[entries.length - trustProxy]?.trim();
  return (entry && address(entry)) || socketAddress;
}

/** An entry without the port, the brackets or the zone that some proxies add; undefined if it is no address. */
function address(entry: string): string | undefined {
  const bare = /^\[(.*)\](?::\d+)?$/.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry;
  // A zone means something on one machine only, and may be of any length.
  const plain = bare.split('%', 1)[0] ?? '';
  return isIP(plain) ? plain : undefined;
}

/** What one client is counted as: an IPv4 address, or the /64 of an IPv6 address, which is what one customer is given. */
export function countedAddress(address: string): string {
  return networkOf(address, 32, 64);
}

/** The network around a client: the /24 of an IPv4 address, the /48 of an IPv6 address, which is what one site is given. */
export function countedNetwork(address: string): string {
  return networkOf(address, 24, 48);
}

/** The network around that: the /16 of an IPv4 address, the /32 of an IPv6 address, which is what one provider is given. */
export function countedParent(address: string): string {
  return networkOf(address, 16, 32);
}

const TRANSLATED = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/** Where a network of IPv6 alone translates at its border (RFC 6052, 2.1), all IPv4 clients come from one /96, and would be one client. */
function ipv4Within(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv4 | ipaddr.IPv6 {
  const isTranslated = address instanceof ipaddr.IPv6 && address.match(TRANSLATED);
  return isTranslated ? new ipaddr.IPv4(address.toByteArray().slice(-4)) : address;
}

/** An address, of which so many bits count; an IPv4 address inside IPv6 is taken for what it is. */
function networkOf(address: string, bits4: number, bits6: number): string {
  // ipaddr.js knows no zone such as that of br-lan or eth0.100: each of its addresses would count as a client of its own.
  const [plain = ''] = address.split('%', 1);
  if (!ipaddr.isValid(plain)) return address;
  const parsed = ipv4Within(ipaddr.process(plain));
  if (parsed instanceof ipaddr.IPv6) {
    const parts = parsed.parts.slice(0, bits6 / 16).map((part) => part.toString(16));
    return `${parts.join(':')}::/${bits6}`;
  }
  return bits4 === 32
    ? parsed.toString()
    : `${parsed
        .toByteArray()
        .map((byte, i) => (i < bits4 / 8 ? byte : 0))
        .join('.')}/${bits4}`;
}

/** Turns addresses and mobiles into what stands for them in the store: hashes that only the holder of the key can make. */
export class ClientIds {
  private readonly known = new LRUCache<string, Client>({ max: 10_000 });

  private readonly keyedHash: KeyedHash;

  constructor(secret: string) {
    this.keyedHash = new KeyedHash(secret);
  }

  of(address: string): Client {
    let client = this.known.get(address);
    if (!client) {
      client = {
        id: this.hash(countedAddress(address)),
        network: this.hash(countedNetwork(address)),
        parent: this.hash(countedParent(address)),
      };
      // A copy: an entry of X-Forwarded-For is a slice that keeps the whole header alive, up to 16 KB.
      this.known.set(Buffer.from(address).toString(), client);
    }
    return client;
  }

  /** What stands for a mobile among the numbers that were confirmed lately. */
  readonly personOf = (mobile: string): string => this.hash(`person ${mobile}`);

  private hash(text: string): string {
    return this.keyedHash.of(text, 'base64url').slice(0, 22);
  }
}
