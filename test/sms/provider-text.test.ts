import { describeWithRedis } from '../harness/redis-server';
import { NO_CLIENT_LIMITS, Shop } from '../harness/shop';
import { waitUntil } from '../harness/wait-until';
import type { StandInMessage, StandInMode } from './stand-in/stand-in';

describeWithRedis('A provider whose answers repeat what it was sent', () => {
  test('writes neither a mobile nor a code into the log or the metrics', async () => {
    const shop = await Shop.open({ ...NO_CLIENT_LIMITS, LOG_LEVEL: 'trace' });
    const answers: ((message: StandInMessage) => StandInMode)[] = [
      ({ mobile }) => ({ code: mobile }),
      ({ code }) => ({ code }),
      ({ mobile, code }) => ({ code: `E:${mobile}:${code}` }),
      ({ mobile }) => ({ messageId: mobile }),
      ({ mobile }) => ({ messageId: `86-${mobile}` }),
      ({ code }) => ({ messageId: code }),
    ];
    const mobiles: string[] = [];
    const codes: string[] = [];
    for (const answer of answers) {
      shop.standIn.behave((message) => {
        codes.push(message.code);
        return answer(message);
      });
      const mobile = shop.newMobile();
      mobiles.push(mobile);
      await shop.api().sendSmsCode({ mobile, ...(await shop.seededCaptcha()) });
    }
    // The log comes by a pipe, and may come after the answer.
    const logged = () => shop.server.stdout.match(/"providerCode":/g) ?? [];
    await waitUntil('each message is logged', () => logged().length >= answers.length);
    const metrics = await (await fetch(`${shop.server.url}/metrics`)).text();
    const told = `${shop.server.stdout}${shop.server.stderr}${metrics}`;
    await shop.close();

    expect(codes).toHaveLength(answers.length);
    expect(told).toContain('withheld');
    expect(mobiles.filter((mobile) => told.includes(mobile))).toEqual([]);
    // Quoted: six digits stand by chance in ids and times.
    expect(codes.filter((code) => told.includes(`"${code}"`))).toEqual([]);
  }, 60_000);
});
