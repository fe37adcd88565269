import { randomBytes } from 'node:crypto';
import { KeyedHash } from '../../src/keyed-hash';
import { mobileId } from '../../src/observability/event-log';
import { openStore } from '../../src/store/open-store';
import { redisTarget } from '../../src/store/redis/redis-target';
import type { OpenedStore } from '../../src/store/store';
import { ApiClient } from '../harness/api-client';
import { runCommandHere, type Said } from '../harness/command-line';
import { RONGLIAN_ACCOUNT, type Ronglian, startRonglian } from '../harness/ronglian';
import { type Environment, type ServerProcess, startServer } from '../harness/server-process';
import { waitUntil } from '../harness/wait-until';

/** A store that other services reach, and what a test writes into it as one of them. */
export interface OperatorSubject {
  url: string;
  /** Any client of it. */
  client: {
    set(key: string, value: string, px: 'PX', ms: number): Promise<unknown>;
    get(key: string): Promise<string | null>;
    del(key: string): Promise<number>;
  };
  close(): Promise<void>;
}

const SECRET = 'b1946ac92492d2347c6235b4d2611184';
const HASH_SECRET = 'a key of client hashes for this test';
const SETTINGS: Environment = {
  ABUSE_POLICY: 'off',
  TRUST_PROXY: '1',
  SMS_PER_MOBILE_HOUR: '2',
  SMS_PER_MOBILE_DAY: '3',
  SMS_PER_CLIENT_HOUR: '5',
  SMS_PER_NETWORK_HOUR: '0',
  SMS_DAILY_BUDGET: '45',
  CLIENT_HASH_SECRET: HASH_SECRET,
  RECEIPTS_SECRET: SECRET,
  REDIS_TIMEOUT_MS: '10000',
};

/** The commands of operators, beside a server on the same settings and the same store. */
export function describeOperatorCommands(name: string, open: () => Promise<OperatorSubject>): void {
  describe(`commands on ${name}`, () => {
    jest.setTimeout(60_000);
    let subject: OperatorSubject;
    let ronglian: Ronglian;
    let server: ServerProcess;
    let store: OpenedStore;
    let environment: Environment;
    let lastMobile = 13_800_138_000;
    let lastClient = 0;
    /** All that any command said, and what none of it may hold. */
    let said = '';
    const secrets: string[] = [];

    beforeAll(async () => {
      [subject, ronglian] = await Promise.all([open(), startRonglian()]);
      environment = { ...ronglian.environment, ...SETTINGS, REDIS_URL: subject.url };
      server = await startServer(environment);
      store = await openStore({ kind: 'redis', target: redisTarget(subject.url), timeoutMs: 5_000 });
    }, 60_000);

    afterAll(async () => {
      await store?.close();
      await server?.stop();
      await ronglian?.standIn.close();
      await subject?.close();
    });

    const run = async (...args: string[]): Promise<Said> => {
      const answer = await runCommandHere(args, environment);
      said += answer.stdout + answer.stderr;
      return answer;
    };
    const lookUp = async (mobile: string) => {
      const { exitCode, stdout, stderr } = await run('lookup', mobile, '--json');
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      return JSON.parse(stdout);
    };
    /** What lookup says to people. */
    const words = async (mobile: string) => (await run('lookup', mobile)).stdout;
    const newMobile = () => String(++lastMobile);
    /** Sends to a mobile from a client of its own, or from this one. */
    const send = async (mobile: string, client = `192.0.2.${++lastClient}`, purpose?: string) => {
      const uuid = randomBytes(8).toString('hex');
      secrets.push(uuid);
      await subject.client.set(`img:${uuid}`, 'HAPPY', 'PX', 300_000);
      const api = new ApiClient(server.url, { 'x-forwarded-for': client });
      const sent = await api.sendSmsCode({ mobile, imageCode: 'HAPPY', uuid, purpose });
      const body: { datas?: string[] } = JSON.parse(ronglian.standIn.requests.at(-1)?.body ?? '{}');
      if (body.datas?.[0]) secrets.push(body.datas[0]);
      return { ...sent, uuid, reason: sent.reason };
    };
    const forget = async (mobile: string, ...counts: string[]) => {
      for (const count of counts) await subject.client.del(`{sms:${mobile}}:${count}`);
    };
    /** A note is written beside the answer, not before it. */
    const noted = (mobile: string, last: object) =>
      waitUntil('the event is noted', async () => {
        const event = (await store.operator.lookUp(mobile)).events.at(-1);
        return Object.entries(last).every(([name, value]) => event?.[name as keyof typeof event] === value);
      });

    describe('lookup explains why a person got no code', () => {
      test('never asked', async () => {
        const mobile = newMobile();
        expect(await lookUp(mobile)).toMatchObject({
          mobile,
          mobileId: mobileId(new KeyedHash(HASH_SECRET), mobile),
          next: { refusedBy: null },
          list: null,
          requests: [],
          events: [],
        });
        expect(await words(mobile)).toContain('Nothing happened in 24 hours');
      });

      test('delivered: a receipt says so', async () => {
        const mobile = newMobile();
        const { smsId } = await send(mobile);
        await noted(mobile, { event: 'send', outcome: 'accepted', smsId });
        expect(await words(mobile)).toMatch(/sent: accepted by ronglian \(000000\) /);
        const receipt = {
          Request: { action: 'SMSArrived', smsType: '1', reqId: smsId, status: '0', deliverCode: 'DELIVRD' },
        };
        const pushed = await fetch(`${server.url}/receipts/${SECRET}/ronglian`, {
          method: 'POST',
          body: JSON.stringify(receipt),
        });
        expect(pushed.status).toBe(200);
        expect((await lookUp(mobile)).events.at(-1)).toMatchObject({
          delivery: { outcome: 'delivered', code: 'DELIVRD' },
        });
        expect(await words(mobile)).toMatch(/sent: accepted by ronglian \(000000\); delivered \(DELIVRD\)/);
      });

      test('cooldown', async () => {
        const mobile = newMobile();
        await send(mobile);
        expect((await send(mobile)).reason).toBe('TOO_FREQUENT');
        await noted(mobile, { event: 'refused', rule: 'cooldown' });
        const { next, limits, requests } = await lookUp(mobile);
        expect(next.refusedBy).toBe('cooldown');
        expect(next.waitMs).toBeGreaterThan(0);
        expect(next.waitMs).toBeLessThanOrEqual(60_000);
        expect(limits[0]).toMatchObject({ rule: 'cooldown', used: 1, of: 1 });
        expect(requests).toMatchObject([{ purpose: 'REGISTER', wrong: 0, isVoid: false }]);
        expect(await words(mobile)).toMatch(/next message +refused: cooldown, free in /);
      });

      test('hour cap, and day cap', async () => {
        const mobile = newMobile();
        for (let i = 0; i < 2; i++) {
          expect((await send(mobile)).reason).toBe('OK');
          await forget(mobile, 'cooldown');
        }
        expect((await send(mobile)).reason).toBe('QUOTA_EXCEEDED');
        await noted(mobile, { event: 'refused', rule: 'mobile-hour' });
        const ofHour = await lookUp(mobile);
        expect(ofHour.next.refusedBy).toBe('mobile-hour');
        expect(ofHour.limits).toMatchObject([{}, { rule: 'mobile-hour', used: 2, of: 2 }, { used: 2, of: 3 }, {}]);

        await forget(mobile, 'hour');
        expect((await send(mobile)).reason).toBe('OK');
        await forget(mobile, 'cooldown', 'hour');
        expect((await send(mobile)).reason).toBe('QUOTA_EXCEEDED');
        await noted(mobile, { event: 'refused', rule: 'mobile-day' });
        const ofDay = await lookUp(mobile);
        expect(ofDay.next.refusedBy).toBe('mobile-day');
        expect(ofDay.next.waitMs).toBeGreaterThan(23 * 3_600_000);
        expect(await words(mobile)).toMatch(/mobile-day +3 +3 +FULL, free in (1 d|23 h)/);
      });

      test('client cap: others used it up, and the number itself is free', async () => {
        for (let i = 0; i < 5; i++) expect((await send(newMobile(), '198.51.100.1')).reason).toBe('OK');
        const mobile = newMobile();
        expect((await send(mobile, '198.51.100.1')).reason).toBe('QUOTA_EXCEEDED');
        await noted(mobile, { event: 'refused', rule: 'client-hour' });
        expect((await lookUp(mobile)).next.refusedBy).toBeNull();
        expect(await words(mobile)).toMatch(/refused: client-hour, for (1 h|59 min)/);
      });

      test('refused by the provider, and unconfirmed', async () => {
        const refused = newMobile();
        ronglian.standIn.behave('refuse');
        await send(refused);
        await noted(refused, { event: 'send', outcome: 'refused', provider: 'ronglian', providerCode: '160042' });
        expect((await lookUp(refused)).requests).toEqual([]);
        expect(await words(refused)).toContain('sent: REFUSED by ronglian (160042)');
        const unknown = newMobile();
        ronglian.standIn.behave('reset');
        await send(unknown);
        ronglian.standIn.behave('accept');
        await noted(unknown, { event: 'send', outcome: 'unknown', providerCode: 'ECONNRESET' });
        expect((await lookUp(unknown)).requests).toHaveLength(1);
        expect(await words(unknown)).toContain('sent: UNCONFIRMED by ronglian (ECONNRESET)');
      });

      test('lock', async () => {
        const mobile = newMobile();
        await subject.client.set(`{sms:${mobile}}:failures`, '100', 'PX', 1_800_000);
        expect((await send(mobile)).reason).toBe('SMS_CODE_LOCKED');
        await noted(mobile, { event: 'refused', rule: 'failures' });
        expect(await lookUp(mobile)).toMatchObject({ next: { refusedBy: 'failures' }, wrongCodes: { inARow: 100 } });
        expect(await words(mobile)).toMatch(/100 in a row: LOCKED for (30 min|29 min)/);
      });

      test('failures that a higher limit counted for a day: they lock for an hour, asked for or not', async () => {
        const mobile = newMobile();
        await subject.client.set(`{sms:${mobile}}:failures`, '120', 'PX', 86_400_000);
        expect(await words(mobile)).toMatch(/120 in a row: LOCKED for (1 h|60 min|59 min)/);
        expect((await send(mobile)).reason).toBe('SMS_CODE_LOCKED');
        expect(await words(mobile)).toMatch(/LOCKED for (1 h|60 min|59 min)/);
      });

      test('block', async () => {
        const mobile = newMobile();
        expect((await run('block', mobile, '--reason', 'asked us to stop', '--for', '7d')).exitCode).toBe(0);
        const { reason, retryAfter } = await send(mobile);
        // From outside, a day's cap.
        expect({ reason, retryAfter }).toEqual({ reason: 'QUOTA_EXCEEDED', retryAfter: 86_400 });
        await noted(mobile, { event: 'refused', rule: 'blocked' });
        const { next, list } = await lookUp(mobile);
        expect(next.refusedBy).toBe('blocked');
        expect(list).toMatchObject({ list: 'blocked', reason: 'asked us to stop' });
        expect(await words(mobile)).toMatch(/list +blocked for (7 d|6 d 23 h) more, since .*: asked us to stop/);
      });

      test('confirmed: the code was right, and nothing is live', async () => {
        const mobile = newMobile();
        const { uuid } = await send(mobile);
        const code = ronglian.standIn.accepted.at(-1)?.code ?? '';
        const api = new ApiClient(server.url, { 'x-forwarded-for': '192.0.2.200' });
        await api.verifySmsCode(mobile, code === '000000' ? '000001' : '000000', uuid);
        expect(await lookUp(mobile)).toMatchObject({ wrongCodes: { inARow: 1 }, requests: [{ wrong: 1 }] });
        expect((await api.verifySmsCode(mobile, code, uuid)).reason).toBe('OK');
        await noted(mobile, { event: 'code-right' });
        expect(await lookUp(mobile)).toMatchObject({ wrongCodes: { inARow: 0 }, requests: [] });
        expect(await words(mobile)).toContain('code right: confirmed');
      });
    });

    test('reset lets a number through, and a lockout only where that is named', async () => {
      const mobile = newMobile();
      await send(mobile);
      expect((await send(mobile)).reason).toBe('TOO_FREQUENT');
      expect((await run('reset', mobile)).stdout).toMatch(/: 3 counts of messages forgotten/);
      expect((await send(mobile)).reason).toBe('OK');
      await subject.client.set(`{sms:${mobile}}:failures`, '100', 'PX', 1_800_000);
      await run('reset', mobile);
      expect((await send(mobile)).reason).toBe('SMS_CODE_LOCKED');
      await run('reset', mobile, '--lockout');
      expect((await send(mobile)).reason).toBe('OK');
    });

    test('allow spares a number its caps and nothing else, unblock ends that, and every change is a line in the log of the server', async () => {
      const mobile = newMobile();
      expect((await run('allow', mobile, '--reason', 'our own test phone')).exitCode).toBe(0);
      for (let i = 0; i < 4; i++) {
        expect((await send(mobile)).reason).toBe('OK');
        expect((await send(mobile)).reason).toBe('TOO_FREQUENT');
        await forget(mobile, 'cooldown');
      }
      expect(await lookUp(mobile)).toMatchObject({ next: { refusedBy: null }, list: { list: 'allowed' } });
      expect(await run('unblock', mobile)).toMatchObject({ exitCode: 0, stdout: `${mobile} is no longer allowed\n` });
      expect((await send(mobile)).reason).toBe('QUOTA_EXCEEDED');
      expect(await run('unblock', mobile)).toMatchObject({ exitCode: 1, stdout: `${mobile} was on no list\n` });

      const id = mobileId(new KeyedHash(HASH_SECRET), mobile);
      const audit = () => server.logs.filter(({ event, mobileId: of }) => event === 'operator' && of === id);
      await waitUntil('the lines are in the log', () => audit().length === 3, 30_000);
      expect(audit()).toMatchObject([
        { change: 'allow', reason: 'our own test phone', forMs: 86_400_000, by: expect.any(String), level: 30 },
        { change: 'unblock' },
        { change: 'unblock' },
      ]);
    });

    test('status tells store, providers, budget, and what was sent and refused', async () => {
      const asked = async () => JSON.parse((await run('status', '--json')).stdout);
      await waitUntil('the counts are written', async () => (await asked()).counts['refused:blocked'] !== undefined);
      const { counts, budgets, providers, store } = await asked();
      expect(providers).toEqual(['ronglian']);
      expect(store[0]).toMatchObject({ version: expect.stringMatching(/^\d/) });
      expect(budgets).toEqual([{ budget: 'budget', used: expect.any(Number), of: 45 }]);
      expect(counts['sent:accepted'].day).toBeGreaterThanOrEqual(10);
      for (const rule of ['cooldown', 'mobile-hour', 'mobile-day', 'client-hour', 'failures', 'blocked']) {
        expect(counts[`refused:${rule}`].hour).toBeGreaterThanOrEqual(1);
      }
      const { stdout, exitCode } = await run('status');
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^budget +\d+ of 45 messages in 24 hours \(\d+ %\)$/m);
      expect(stdout).toMatch(/^refused blocked +1 +1$/m);
    });

    // Last, since nothing is sent afterwards.
    test('lookup explains the budget', async () => {
      let mobile = newMobile();
      while ((await send(mobile)).reason === 'OK') mobile = newMobile();
      await noted(mobile, { event: 'refused', rule: 'budget' });
      expect((await lookUp(mobile)).next.refusedBy).toBe('budget');
      expect(await words(mobile)).toMatch(/budget +45 +45 +FULL, free in (1 d|23 h)/);
    });

    test('no command ever said a code, a captcha, a credential, or a number that it was not asked about', async () => {
      expect(secrets.length).toBeGreaterThan(40);
      for (const secret of [...secrets, 'HAPPY', SECRET, HASH_SECRET, ...Object.values(RONGLIAN_ACCOUNT), '192.0.2.']) {
        // Not as digits of a longer number or id.
        expect(said).not.toMatch(new RegExp(`(?<![0-9a-f])${secret.replaceAll('.', '\\.')}(?![0-9a-f])`));
      }
      const status = await runCommandHere(['status'], environment);
      expect(status.stdout + status.stderr).not.toMatch(/1[3-9]\d{9}/);
      // Nor the log of the server, which has a line for each change.
      expect(server.stdout + server.stderr).not.toMatch(/(?<![0-9a-f])13800138\d{3}(?![0-9a-f])/);
    });
  });
}
