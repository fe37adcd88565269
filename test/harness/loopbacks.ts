import { networkInterfaces } from 'node:os';

const hasIpv6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === '::1'));
if (!hasIpv6) process.stderr.write('\n!! This machine has no ::1. LEFT OUT: what concerns IPv6\n\n');

/** Addresses of this machine, of each kind that it has. */
export const LOOPBACKS: readonly string[] = ['127.0.0.1', ...(hasIpv6 ? ['::1'] : [])];
