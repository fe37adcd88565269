import { pino } from 'pino';
import { StoreUnavailableError } from '../../src/store/store';
import { StoreFailures } from '../../src/verification/store-failures';
import type { LogLine } from '../harness/server-process';

function open() {
  const world = { now: 5_000 };
  const lines: LogLine[] = [];
  const log = pino({ base: undefined }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const failures = new StoreFailures(log, () => world.now);
  const fail = (message: string, times = 1) => {
    for (let i = 0; i < times; i++) failures.tell(new StoreUnavailableError(`gone ${i}`), message, { operation: 'x' });
  };
  return {
    world,
    fail,
    told: () => lines.splice(0).map(({ level, msg, error, untold }) => [level, msg, error, untold]),
  };
}

describe('Calls that the store fails', () => {
  test('given an outage, when they are many in a second, then one line of each kind tells of them, and the next how many others there were', () => {
    const { world, fail, told } = open();
    fail('No code could be sent', 1_000);
    fail('No captcha could be issued', 2);
    expect(told()).toEqual([
      [50, 'No code could be sent', 'gone 0', undefined],
      [50, 'No captcha could be issued', 'gone 0', undefined],
    ]);
    world.now += 999;
    fail('No code could be sent');
    expect(told()).toEqual([]);
    world.now += 1;
    fail('No code could be sent', 3);
    expect(told()).toEqual([[50, 'No code could be sent', 'gone 0', 1_000]]);
    world.now += 1_000;
    fail('No code could be sent');
    expect(told()).toEqual([[50, 'No code could be sent', 'gone 0', 2]]);
    world.now += 1_000;
    fail('No code could be sent');
    expect(told()).toEqual([[50, 'No code could be sent', 'gone 0', undefined]]);
  });
});
