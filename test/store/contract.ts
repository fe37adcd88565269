import type { OpenedStore } from '../../src/store/store';
import { describeAllowances } from './contract-allowances';
import { describeCaptchas } from './contract-captchas';
import { describeChecks } from './contract-checks';
import { describeCountries } from './contract-countries';
import { describeForeignCodes } from './contract-foreign-codes';
import { describeInbound } from './contract-inbound';
import { describeLimits } from './contract-limits';
import { describeMessages } from './contract-messages';
import { describeOperator } from './contract-operator';
import { describeRefunds } from './contract-refunds';
import { describeRequests } from './contract-requests';

/** A store that holds nothing yet, and whose time the test moves. */
export interface StoreSubject {
  store: OpenedStore;
  /** Lets so many ms pass for everything that is stored. */
  advance(ms: number): Promise<void>;
  /** Writes as another service of the shop does, with an expiry or without. Absent: no other service can reach this store. */
  writeForeignCode?(mobile: string, code: string, expires?: boolean): Promise<void>;
  /** What another service reads under `sms:{mobile}`. */
  readCode?(mobile: string): Promise<string | null>;
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
    describeLimits(() => subject);
    describeCountries(() => subject);
    describeRequests(() => subject);
    describeRefunds(() => subject);
    describeChecks(() => subject);
    describeForeignCodes(() => subject);
    describeAllowances(() => subject);
    describeOperator(() => subject);
    describeMessages(() => subject);
    describeInbound(() => subject);
  });
}
