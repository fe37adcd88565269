import type { Store } from '../../src/store/store';
import { describeCaptchas } from './contract-captchas';
import { describeConversion } from './contract-conversion';
import { describeGuesses } from './contract-guesses';
import { describeReservations } from './contract-reservations';
import { describeWindows } from './contract-windows';

/** A store that holds nothing yet, and whose time the test moves. */
export interface StoreSubject {
  store: Store;
  /** Lets so many ms pass for everything that is stored. */
  advance(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** What every store promises: each method is one atomic step, and time alone frees what was counted. */
export function describeStore(name: string, open: () => Promise<StoreSubject>): void {
  describe(`store ${name}`, () => {
    let subject: StoreSubject;
    beforeEach(async () => {
      subject = await open();
    });
    afterEach(() => subject.close());

    test('answers a ping', async () => {
      await expect(subject.store.ping()).resolves.toBeUndefined();
    });

    describeCaptchas(() => subject);
    describeWindows(() => subject);
    describeReservations(() => subject);
    describeGuesses(() => subject);
    describeConversion(() => subject);
  });
}
