import { randomUUID } from 'node:crypto';
import { captchaOf } from '../harness/api-client';
import { OriginalPage } from '../harness/original-page';
import { describeWithRedis } from '../harness/redis-server';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';

const ROUNDS = 20;
const RACERS = 50;

describeWithRedis('GraphQL and the interface of the original, raced over two servers on one Redis', () => {
  let shop: Shop;
  let pages: OriginalPage[];

  beforeAll(async () => {
    shop = await Shop.open({ ...NO_CLIENT_LIMITS, SMS_DAILY_BUDGET: '0', ORIGINAL_API: 'numbers' }, 2);
    pages = shop.servers.map(({ url }) => new OriginalPage(url));
    // Connections of both servers are in use before anything is raced.
    await Promise.all(Array.from({ length: RACERS }, (_, i) => send(i, '13800000000', randomUUID(), 'x')));
  }, 60_000);
  beforeEach(() => {
    shop.newMessages();
  });

  const page = (i: number) => pages[i % pages.length] as OriginalPage;

  /** Over both interfaces and both servers by turns; 0 is a success, as is 200. */
  async function send(i: number, mobile: string, uuid: string, imageCode: string): Promise<boolean> {
    if (i % 4 < 2) return ((await page(i).send(mobile, imageCode, uuid)).body as { code: number }).code === 0;
    return (await shop.api(i).sendSmsCode({ mobile, imageCode, uuid })).code === 200;
  }

  test.each([
    ['one mobile', false],
    ['as many mobiles', true],
  ])(
    `${RACERS} replays of one captcha for %s, ${ROUNDS} rounds: one message each`,
    async (_, others) => {
      for (let round = 0; round < ROUNDS; round++) {
        const { uuid, imageCode } = await shop.seededCaptcha();
        const mobile = shop.newMobile();
        const sent = await Promise.all(
          Array.from({ length: RACERS }, (_, i) => send(i, others ? shop.newMobile() : mobile, uuid, imageCode)),
        );
        expect(sent.filter(Boolean)).toHaveLength(1);
        expect(shop.newMessages()).toHaveLength(1);
      }
    },
    60_000,
  );

  test(`${RACERS} captchas for one mobile over both: one message`, async () => {
    const mobile = shop.newMobile();
    const captchas = await Promise.all(Array.from({ length: RACERS }, () => shop.seededCaptcha()));
    const sent = await Promise.all(captchas.map(({ uuid, imageCode }, i) => send(i, mobile, uuid, imageCode)));
    expect(sent.filter(Boolean)).toHaveLength(1);
    expect(shop.newMessages()).toHaveLength(1);
  });

  test(`${RACERS} pages that made the same id: one of them has a picture, and its answer is the one that counts`, async () => {
    for (let round = 0; round < 5; round++) {
      const uuid = randomUUID();
      const pictures = await Promise.all(Array.from({ length: RACERS }, (_, i) => page(i).picture(uuid)));
      const statuses = pictures.map(({ status }) => status).sort();
      expect(statuses).toEqual([200, ...Array(RACERS - 1).fill(409)]);
      expect(await send(2, shop.newMobile(), uuid, await captchaOf(shop.redis, uuid))).toBe(true);
    }
  });

  test('a page that asks again and again for the id of a captcha that GraphQL issued never changes its answer', async () => {
    const { uuid, imageCode } = await shop.solved();
    const [sent] = await Promise.all([
      send(2, shop.newMobile(), uuid, imageCode),
      ...Array.from({ length: RACERS }, (_, i) => page(i).picture(uuid)),
    ]);
    expect(sent).toBe(true);
    expect(shop.newMessages()).toHaveLength(1);
  });
});
