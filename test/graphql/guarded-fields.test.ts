import type { Answer } from '../harness/api-client';
import { describeWithRedis } from '../harness/redis-server';
import { Shop } from '../harness/shop';

const repeat = (count: number, part: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => part(i)).join(' ');

describeWithRedis('A request multiplies nothing', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open();
  }, 60_000);

  afterAll(() => shop?.close());

  beforeEach(async () => {
    await shop.redis.flushdb();
    shop.newMessages();
    for (let i = 0; i < 100; i++) await shop.redis.set(`img:c${i}`, 'HAPPY', 'EX', 300);
  });

  const send = (i: number): string =>
    `sendSmsCode(mobile: "138001380${String(i).padStart(2, '0')}", imageCode: "HAPPY", uuid: "c${i}")`;
  const guess = (i: number): string => `verifySmsCode(mobile: "13800138000", smsCode: "${100000 + i}")`;

  /** Nothing was sent, no captcha issued or spent, nothing counted. */
  async function expectNothingHappened(): Promise<void> {
    expect(shop.newMessages()).toEqual([]);
    expect(await shop.redis.keys('img:c*')).toHaveLength(100);
    expect(await shop.keys()).toHaveLength(100);
  }

  function expectRefused(answer: Answer, message: RegExp, status = 400): void {
    const { body, text } = answer;
    expect({ status: answer.status, data: body.data ?? null }).toEqual({ status, data: null });
    expect(text).not.toContain('HAPPY');
    expect(body.errors?.map((error) => error.message)).toEqual(
      expect.arrayContaining([expect.stringMatching(message)]),
    );
  }

  const ONE =
    /^One operation may ask for one of imageCaptcha, sendSmsCode, verifySmsCode, startInboundVerification, inboundStatus, once\./;

  test.each<[string, string]>([
    ['2 aliases', `mutation { a: ${send(0)} { code } b: ${send(1)} { code } }`],
    ['20 aliases', `mutation { ${repeat(20, (i) => `a${i}: ${send(i)} { code }`)} }`],
    ['20 aliased guesses', `mutation { ${repeat(20, (i) => `a${i}: ${guess(i)} { code }`)} }`],
    ['a message and a guess', `mutation { ${send(0)} { code } ${guess(0)} { code } }`],
    ['the same field twice, which the executor would merge', `mutation { ${send(0)} { code } ${send(0)} { reason } }`],
    [
      '6 fragments',
      `mutation { ${repeat(6, (i) => `...F${i}`)} } ${repeat(6, (i) => `fragment F${i} on Mutation { a${i}: ${send(i)} { code } }`)}`,
    ],
    ['one fragment twice', `mutation { ...F ...F } fragment F on Mutation { ${send(0)} { code } }`],
    [
      'a fragment and a field',
      `mutation { ${send(0)} { code } ...F } fragment F on Mutation { b: ${send(1)} { code } }`,
    ],
    [
      'fragments in fragments',
      `mutation { ...A } fragment A on Mutation { ...B ...C } fragment B on Mutation { a: ${send(0)} { code } }
       fragment C on Mutation { ...D } fragment D on Mutation { b: ${send(1)} { code } }`,
    ],
    [
      'fragments that double each other, a million times',
      `mutation { ...F0 } ${repeat(20, (i) => `fragment F${i} on Mutation { ...F${i + 1} ...F${i + 1} }`)}
       fragment F20 on Mutation { ${send(0)} { code } }`,
    ],
    ['inline fragments', `mutation { ... on Mutation { a: ${send(0)} { code } } ... { b: ${send(1)} { code } } }`],
    [
      'inline fragments in inline fragments',
      `mutation { ... { ... { ... on Mutation { a: ${send(0)} { code } b: ${send(1)} { code } } } } }`,
    ],
    [
      'fields that a directive leaves out',
      `mutation { a: ${send(0)} { code } b: ${send(1)} @skip(if: true) { code } }`,
    ],
    [
      'fields that a variable leaves out',
      `mutation ($no: Boolean = false) { a: ${send(0)} { code } ... @include(if: $no) { b: ${send(1)} { code } } }`,
    ],
    [
      'an operation beside the one that is run',
      `mutation A { ${send(0)} { code } } mutation B { b: ${send(1)} { code } c: ${send(2)} { code } }`,
    ],
  ])('%s: refused as a whole', async (_, query) => {
    expectRefused(await shop.api().post({ query, operationName: query.includes('mutation A') ? 'A' : undefined }), ONE);
    await expectNothingHappened();
  });

  test.each([
    [40, 400, ONE],
    [90, 400, /^The query has one name more than 40 times\.$/],
    [600, 413, /^The body is larger than 16384 bytes\.$/],
  ])('%d aliased captchas: no key', async (count, status, message) => {
    const answer = await shop.api().query(`{ ${repeat(count, (i) => `a${i}: imageCaptcha { uuid }`)} }`);
    expectRefused(answer, message, status);
    await expectNothingHappened();
  });

  test('a fragment on the interface asks for fields of the one answer, which is allowed', async () => {
    const { body } = await shop
      .api()
      .query(
        `mutation { ${send(0)} { ...R ... on VerificationResult { reason } expiresIn } } fragment R on VerificationResult { code }`,
      );
    expect(body).toEqual({ data: { sendSmsCode: { code: 200, reason: 'OK', expiresIn: 300 } } });
    expect(shop.newMessages()).toHaveLength(1);
  });

  test('a fragment of another type than the operation’s: refused', async () => {
    const { status } = await shop.api().query(`mutation { ...R } fragment R on Query { imageCaptcha { code } }`);
    expect(status).toBe(400);
    await expectNothingHappened();
  });

  test('a fragment within itself: refused', async () => {
    const { status } = await shop.api().query(`mutation { ...A } fragment A on Mutation { ${send(0)} { code } ...A }`);
    expect(status).toBe(400);
    await expectNothingHappened();
  });

  describe('several operations in one document', () => {
    const document = repeat(6, (i) => `mutation M${i} { ${send(i)} { code } }`);

    test('none of them named: refused, nothing sent', async () => {
      expectRefused(await shop.api().query(document), /operation name/i);
      await expectNothingHappened();
    });

    test('one of them named, over and over: that one alone runs, its captcha once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => shop.api().post({ query: document, operationName: 'M3' })),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(6).fill(200));
      expect(shop.newMessages()).toEqual([expect.objectContaining({ mobile: '13800138003' })]);
      expect(await shop.redis.exists('img:c0', 'img:c1', 'img:c2', 'img:c4', 'img:c5')).toBe(5);
    });
  });

  test.each([
    ['an array of 6 messages', Array.from({ length: 6 }, (_, i) => ({ query: `mutation { ${send(i)} { code } }` }))],
    ['an array of one', [{ query: `mutation { ${send(0)} { code } }` }]],
    ['an empty array', []],
  ])('%s: refused', async (_, batch) => {
    const { status, body } = await shop.api().post(batch);
    expect(status).toBe(400);
    expect(body.errors).toEqual([{ message: expect.any(String), extensions: { code: 'BAD_REQUEST' } }]);
    await expectNothingHappened();
  });

  test('what was refused is refused again: it is not remembered as good', async () => {
    const query = `mutation { a: ${send(0)} { code } b: ${send(1)} { code } }`;
    for (let i = 0; i < 3; i++) expectRefused(await shop.api().query(query), ONE);
    await expectNothingHappened();
  });
});
