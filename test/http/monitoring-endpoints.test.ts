import { atMostOnceASecond } from '../../src/http/monitoring-endpoints';

/** Computing what /metrics says holds up everybody else, so that it is done once a second, however many ask. */
describe('An exposition', () => {
  let now: number;
  let computed: number;
  let exposition: ReturnType<typeof atMostOnceASecond>;

  beforeEach(() => {
    now = Date.UTC(2026, 0, 1);
    computed = 0;
    const compute = async (openMetrics: boolean) => {
      computed += 1;
      return { contentType: openMetrics ? 'open' : 'plain', text: String(computed) };
    };
    exposition = atMostOnceASecond(compute, () => now);
  });

  test('is the same for all who ask within a second, and another one after it', async () => {
    expect((await exposition(false)).text).toBe('1');
    now += 999;
    expect((await exposition(false)).text).toBe('1');
    now += 1;
    expect((await exposition(false)).text).toBe('2');
  });

  test('of one format is not given to who asks for the other', async () => {
    expect(await exposition(false)).toEqual({ contentType: 'plain', text: '1' });
    expect(await exposition(true)).toEqual({ contentType: 'open', text: '2' });
    expect(await exposition(false)).toEqual({ contentType: 'plain', text: '1' });
  });

  test('is not kept for an hour where the clock is set back by one', async () => {
    await exposition(false);
    now -= 3_600_000;
    expect((await exposition(false)).text).toBe('2');
  });
});
