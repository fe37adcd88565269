import { describeWithRedis } from '../harness/redis-server';
import { Shop } from '../harness/shop';

/** Whatever they ask for, nobody ever types a code. All captchas are solved: they are read by machine. */
describeWithRedis('Strangers who solve every captcha and confirm nothing', () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await Shop.open({ TRUST_PROXY: '1' });
  }, 60_000);
  afterEach(() => shop?.close());

  const from = (address: string) => shop.api(0, { 'x-forwarded-for': address });
  const sendFrom = async (address: string) =>
    from(address).sendSmsCode({ mobile: shop.newMobile(), ...(await shop.seededCaptcha()) });
  const attack = async (addresses: readonly string[]) => {
    const lanes = 16;
    await Promise.all(
      Array.from({ length: lanes }, async (_, lane) => {
        for (let i = lane; i < addresses.length; i += lanes) await sendFrom(addresses[i] ?? '');
      }),
    );
    return shop.newMessages().length;
  };
  const expectOthersServed = async () => {
    for (const address of ['198.51.100.7', '203.0.113.9', '2001:db8:ffff::1'])
      expect(await sendFrom(address)).toMatchObject({ reason: 'OK' });
  };

  test('502 addresses of one IPv6 /48: some fifteen messages, and others are served', async () => {
    const addresses = Array.from({ length: 502 }, (_, i) => `2001:db8:1:${i.toString(16)}::1`);
    expect(await attack(addresses)).toBeLessThanOrEqual(15);
    await expectOthersServed();
  }, 60_000);

  test('one address, 300 times: some fifteen messages, and others are served', async () => {
    expect(await attack(Array<string>(300).fill('192.0.2.1'))).toBeLessThanOrEqual(15);
    await expectOthersServed();
  }, 60_000);

  test('600 /48s of one /32, on the first day: their /32 has a share of its own, and others are served', async () => {
    const addresses = Array.from({ length: 600 }, (_, i) => `2001:db9:${i.toString(16)}::1`);
    // 8 % of the 20 % of the budget that unknown networks have in the first days.
    expect(await attack(addresses)).toBeLessThanOrEqual(161);
    await expectOthersServed();
  }, 60_000);
});
