import { ClientIds, clientAddress, countedAddress, countedNetwork } from '../../src/http/client-address';

const PEER = '10.0.0.1';

describe('clientAddress', () => {
  test.each([
    ['no proxy: whatever is forwarded is made up', 0, '203.0.113.7', PEER],
    ['one proxy: the last entry is its own', 1, '203.0.113.7', '203.0.113.7'],
    ['one proxy, and a client that forges entries', 1, '1.1.1.1, 2.2.2.2, 203.0.113.7', '203.0.113.7'],
    ['two proxies', 2, '1.1.1.1, 203.0.113.7, 10.0.0.2', '203.0.113.7'],
    ['fewer entries than proxies: it came past them', 3, '203.0.113.7, 10.0.0.2', PEER],
    ['nothing forwarded', 1, undefined, PEER],
    ['an empty header', 1, '', PEER],
    ['an entry that is no address', 1, '203.0.113.7, unknown', PEER],
    ['an empty entry', 1, '203.0.113.7,', PEER],
    ['an entry with a port', 1, '203.0.113.7:51234', '203.0.113.7'],
    ['IPv6', 1, '2001:db8::7', '2001:db8::7'],
    ['IPv6 in brackets', 1, '[2001:db8::7]', '2001:db8::7'],
    ['IPv6 in brackets with a port', 1, '[2001:db8::7]:51234', '2001:db8::7'],
    ['a zone, which means something on the proxy alone', 1, 'fe80::1%eth0', 'fe80::1'],
    ['a zone within brackets', 1, '[fe80::1%br-lan]:51234', 'fe80::1'],
    ['blanks and tabs around it', 1, ' \t203.0.113.7 ', '203.0.113.7'],
    ['an octal or short form, which is no address here', 1, '0313.0.113.7', PEER],
    ['something before an address in brackets', 1, 'x[2001:db8::7]', PEER],
    ['something after an address in brackets', 1, '[2001:db8::7]x', PEER],
    ['something before an address with a port', 1, 'x203.0.113.7:80', PEER],
    ['something after an address with a port', 1, '203.0.113.7:80x', PEER],
  ])('%s', (_, trustProxy, forwardedFor, address) => {
    expect(clientAddress(PEER, forwardedFor, trustProxy)).toBe(address);
  });
});

describe('countedAddress', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['2001:DB8::', '2001:db8:0:0::/64'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['64:ff9b::203.0.113.7', '203.0.113.7'],
    ['64:ff9b::cb00:7107', '203.0.113.7'],
    ['64:ff9b:0:0:0:1:cb00:7107', '64:ff9b:0:0::/64'],
    ['64:ff9b:1::cb00:7107', '64:ff9b:1:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['fe80::2%br-lan', 'fe80:0:0:0::/64'],
    ['fe80::3%eth0.100', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['', ''],
  ])('%s counts as %s', (address, counted) => {
    expect(countedAddress(address)).toBe(counted);
  });
});

describe('countedNetwork', () => {
  test.each([
    ['203.0.113.7', '203.0.113.0/24'],
    ['203.0.113.255', '203.0.113.0/24'],
    ['::ffff:203.0.113.7', '203.0.113.0/24'],
    ['64:ff9b::203.0.113.7', '203.0.113.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
    ['2001:db8:1:ffff::', '2001:db8:1::/48'],
    ['', ''],
  ])('%s counts as %s', (address, counted) => {
    expect(countedNetwork(address)).toBe(counted);
  });
});

describe('ClientIds', () => {
  const ids = new ClientIds('key');

  test('one id for one client, on every server with the same key', () => {
    expect(ids.of('2001:db8:1:2::1').id).toBe(ids.of('2001:db8:1:2::ffff').id);
    expect(new ClientIds('key').of('203.0.113.7')).toEqual(ids.of('203.0.113.7'));
  });

  test('another id for another client, and under another key', () => {
    expect(ids.of('203.0.113.8').id).not.toBe(ids.of('203.0.113.7').id);
    expect(ids.of('2001:db8:1:3::1').id).not.toBe(ids.of('2001:db8:1:2::1').id);
    expect(new ClientIds('other').of('203.0.113.7').id).not.toBe(ids.of('203.0.113.7').id);
  });

  test('one network for the clients in it, another for those elsewhere', () => {
    expect(ids.of('203.0.113.8').network).toBe(ids.of('203.0.113.7').network);
    expect(ids.of('203.0.112.7').network).not.toBe(ids.of('203.0.113.7').network);
    expect(ids.of('2001:db8:1:3::1').network).toBe(ids.of('2001:db8:1:2::1').network);
  });

  test('one provider for the networks in its /16 or /32, another for those elsewhere', () => {
    expect(ids.of('203.0.112.7').parent).toBe(ids.of('203.0.113.7').parent);
    expect(ids.of('203.1.113.7').parent).not.toBe(ids.of('203.0.113.7').parent);
    expect(ids.of('2001:db8:2:3::1').parent).toBe(ids.of('2001:db8:1:2::1').parent);
    expect(ids.of('2001:db9:1:2::1').parent).not.toBe(ids.of('2001:db8:1:2::1').parent);
  });

  test('an id shows nothing of the address and fits between the braces of a hash tag', () => {
    const { id, network, parent } = new ClientIds('key').of('203.0.113.7');
    for (const hash of [id, network, parent]) expect(hash).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  test('a mobile has a hash of its own, the same on every server with the same key', () => {
    const hash = ids.personOf('13800138000');
    expect(hash).toMatch(/^[A-Za-z0-9_-]{22}$/);
    expect(new ClientIds('key').personOf('13800138000')).toBe(hash);
    expect(ids.personOf('13800138001')).not.toBe(hash);
    expect(new ClientIds('other').personOf('13800138000')).not.toBe(hash);
  });
});
