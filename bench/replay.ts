import { type BenchHarness, OURS, USUAL } from './harness';
import { type OperationName, prepare, QUERIES } from './load';
import { table } from './statistics';

const REPLAYS = 50;

/** What one solved captcha is worth, and one code, to somebody who sends everything at once. */
export async function replay(harness: BenchHarness, rounds: number): Promise<string> {
  const rows: string[][] = [];
  for (const contender of [USUAL, OURS]) {
    const { port, stop } = await harness.start(contender);
    const reasons = (operation: OperationName, calls: object[]) =>
      Promise.all(calls.map((variables) => reasonOf(port, operation, variables)));
    const messages: number[] = [];
    let accepted = 0;
    for (let round = 0; round < rounds; round++) {
      const [captcha] = await prepare(harness.redis, 'sendSmsCode', 1);
      const victims = Array.from({ length: REPLAYS }, (_, i) => ({
        ...captcha,
        mobile: `1390000${1_000 + REPLAYS * round + i}`,
      }));
      messages.push((await reasons('sendSmsCode', victims)).filter((reason) => reason === 'OK').length);

      const [right] = await prepare(harness.redis, 'verifySmsCode', 1);
      const wrong = Array.from({ length: REPLAYS }, (_, i) => ({ ...right, smsCode: String(200_000 + i) }));
      await reasons('verifySmsCode', wrong);
      const [reason] = await reasons('verifySmsCode', [right ?? {}]);
      if (reason === 'OK') accepted += 1;
    }
    stop();
    const range = [Math.min(...messages), Math.max(...messages)];
    rows.push([contender.name, range.join(' to '), `${accepted} of ${rounds}`]);
  }
  const columns = [
    'server',
    `messages for a captcha, replayed ${REPLAYS} times`,
    `right codes accepted after ${REPLAYS} wrong ones`,
  ];
  return table(columns, rows);
}

async function reasonOf(port: number, operation: OperationName, variables: object): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: QUERIES[operation], variables }),
  });
  const { data } = (await response.json()) as { data: Record<string, { reason: string }> };
  return data[operation]?.reason ?? '';
}
