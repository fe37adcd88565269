import { Victim } from './support/victim';

// Half of what the server has without being told, so that what is kept shows in the heap and not only in the books.
const SMALL_HEAP = { NODE_OPTIONS: '--max-old-space-size=96' };
/** Of the headers alone so many are 36 MB, far more than a server may have grown by once it is left alone. */
const REQUESTS = Math.max(3_000, Number(process.env.HOSTILE_REQUESTS ?? 0) / 10);
/** Nine of the fields that settings have, each nearly as often as one name may stand in a text. */
const MANY_FIELDS =
  'codeLength codeExpiresIn cooldown captchaLength spokenCaptchaLength captchaExpiresIn captchaKinds countries callingCodes '.repeat(
    38,
  );

describe('What strangers choose is not remembered', () => {
  let victim: Victim;
  jest.setTimeout(600_000);

  beforeAll(async () => {
    victim = await Victim.start({ ...SMALL_HEAP, TRUST_PROXY: '1' });
  });

  afterAll(() => victim?.stop());

  test.each([
    ['16 KB, nearly all of it empty comments, more than a text may have', 5_300, '{ __typename }', 400],
    ['with as many empty comments as a text may have', 297, '{ __typename }', 200],
    ['with as many fields as a query may have', 20, `{ verificationSettings { ${MANY_FIELDS}} }`, 200],
  ])('thousands of different valid queries: %s', async (_, comments, query, status) => {
    const padding = '#\n'.repeat(comments);
    const statuses = new Set<number>();
    await victim.each(REQUESTS, async (n) => {
      statuses.add((await victim.post({ query: `${padding}#${n}\n${query}` })).status);
    });
    expect([...statuses]).toEqual([status]);
    await victim.expectRecovered();
  });

  test.each([
    ['Accept', (n: number) => ({ accept: `*/*, x/${n}${'y'.repeat(12_000)}` })],
    ['Accept-Language', (n: number) => ({ 'accept-language': `en, x-${n}${'y'.repeat(12_000)}` })],
    [
      'X-Forwarded-For',
      (n: number) => ({ 'x-forwarded-for': `${'y'.repeat(12_000)}, 100.100.${100 + (n >> 8)}.${n & 255}` }),
    ],
    ['X-Forwarded-For with a zone', (n: number) => ({ 'x-forwarded-for': `fe80::1%${n}${'y'.repeat(12_000)}` })],
  ])('thousands of headers of 12 KB: %s', async (_, headers) => {
    const statuses = new Set<number>();
    await victim.each(REQUESTS, async (n) => {
      statuses.add((await victim.post({ query: '{ __typename }' }, headers(n))).status);
    });
    expect([...statuses]).toEqual([200]);
    await victim.expectRecovered();
  });
});
