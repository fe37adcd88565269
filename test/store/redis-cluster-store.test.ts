import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { allowanceRule } from '../../src/limits/allowances';
import type { AllowanceRequest } from '../../src/limits/rules';
import { StoreKeys } from '../../src/store/keys';
import type { ScriptName } from '../../src/store/redis/lua-scripts';
import { openRedisClient } from '../../src/store/redis/redis-client';
import { RedisClusterStore } from '../../src/store/redis/redis-cluster-store';
import { RedisCommands, type Reply, type RunOptions } from '../../src/store/redis/redis-commands';
import { redisNodes } from '../../src/store/redis/redis-nodes';
import { type OpenedStore, type SendReservation, type Store, StoreUnavailableError } from '../../src/store/store';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { waitUntil } from '../harness/wait-until';
import { agedStore } from './aged-store';
import { describeStore } from './contract';
import {
  budget,
  captcha,
  codeCheck,
  cooldown,
  DAY,
  expectWait,
  granted,
  guesses,
  HOUR,
  hourly,
  MINUTE,
  MOBILE,
  networkMinute,
  OTHER_MOBILE,
  perClient,
  perMinute,
  perNetwork,
  RIGHT,
  reserveSolved,
  tries,
  unsolved,
  WRONG,
  waitOf,
} from './requests';

const TIMEOUT_MS = 10_000;
const AGE = readFileSync(join(__dirname, 'age.lua'), 'utf8');
const KEYS = new StoreKeys();

/** The step that is asked for, and what it does when nobody meddles. */
type Meddler = (name: ScriptName, keys: readonly string[], act: () => Promise<Reply>) => Promise<Reply>;

/** Commands between which a test lets something happen: what else would need two servers and luck. */
class MeddledCommands extends RedisCommands {
  meddle: Meddler | undefined;

  override run(
    name: ScriptName,
    keys: readonly string[],
    args: readonly (string | number)[],
    options: RunOptions = {},
  ): Promise<Reply> {
    const { meddle } = this;
    const act = () => super.run(name, keys, args, { deadline: options.deadline });
    if (!meddle) return super.run(name, keys, args, options);
    return meddle(name, keys, act).catch(async (error: Error) => {
      // As an answer that came only after its caller had been told that it failed; else it did nothing.
      await options.afterFailure?.(error instanceof TooLate ? error.reply : undefined);
      throw error;
    });
  }

  override get(key: string, deadline?: number): Promise<string | null> {
    if (this.getFails) return Promise.reject(new StoreUnavailableError('gone'));
    return super.get(key, deadline);
  }
  getFails = false;
}

class TooLate extends StoreUnavailableError {
  constructor(readonly reply: Reply) {
    super('too late');
  }
}

/** The steps of a cluster are of one slot each, so they run on any Redis: here on one, where each of them can be met alone. */
describeWithRedis("a cluster's steps on one redis-server", () => {
  // Every step of a cluster is a few, and a busy machine takes its time for each.
  jest.setTimeout(60_000);
  let server: RedisServer;
  let redis: Redis;
  beforeAll(async () => {
    server = await startRedis();
    redis = new Redis(server.url);
  });
  afterAll(async () => {
    redis?.disconnect();
    await server?.close();
  });

  async function open(): Promise<{ commands: MeddledCommands; store: OpenedStore }> {
    const client = openRedisClient({ kind: 'single', url: server.url }, TIMEOUT_MS);
    const commands = new MeddledCommands(client, redisNodes(client), TIMEOUT_MS);
    await commands.connect();
    return { commands, store: new RedisClusterStore(commands, KEYS) };
  }

  describeStore('slot by slot', async () => {
    await redis.flushall();
    const { store } = await open();
    let agedMs = 0;
    return {
      store: agedStore(store, () => agedMs),
      readCode: (mobile) => redis.get(`sms:${mobile}`),
      async writeForeignCode(mobile, code, expires = true) {
        await (expires ? redis.set(`sms:${mobile}`, code, 'EX', 300) : redis.set(`sms:${mobile}`, code));
      },
      async advance(ms) {
        await redis.eval(AGE, 0, ms);
        agedMs += ms;
      },
      close: () => store.close(),
    };
  });

  describe('what ends between two slots', () => {
    let commands: MeddledCommands;
    let store: OpenedStore;
    /** Another server's, on the same Redis. */
    let rival: OpenedStore;
    let sent = 0;
    beforeEach(async () => {
      await redis.flushall();
      ({ commands, store } = await open());
      rival = (await open()).store;
    });
    afterEach(() => Promise.all([store.close(), rival.close()]));

    const send = (by: Store, changes: Partial<SendReservation>) => reserveSolved(by, `uuid-${sent++}`, changes);
    /** Once, before the step of that name (and of that key, if one is named). */
    const meanwhile = (step: ScriptName, happens: () => Promise<unknown>, key?: string) => {
      commands.meddle = async (name, keys, act) => {
        if (name === step && (!key || keys.includes(key))) {
          commands.meddle = undefined;
          await happens();
        }
        return act();
      };
    };
    /** From that step on, nothing gets through, but for refunds. */
    const failsAt = (step: ScriptName, key?: string) =>
      meanwhile(
        step,
        async () => {
          throw new StoreUnavailableError('gone');
        },
        key,
      );
    /** That step acts, and its answer comes too late. */
    const lateAt = (step: ScriptName, key?: string) => {
      commands.meddle = async (name, keys, act) => {
        if (name !== step || (key && !keys.includes(key))) return act();
        commands.meddle = undefined;
        throw new TooLate(await act());
      };
    };
    /** What a message to nobody in particular would now be the nth of. */
    const counts = async () => {
      const probe = { limits: [perClient(99), perNetwork(99), budget(99)], mobile: '13700137000' };
      return granted(await send(rival, probe)).counts;
    };
    const keyOf = (limit: ReturnType<typeof budget>) => KEYS.limit(limit);

    test('given the last place of the budget, when another takes it meanwhile, then that is told, and nothing stays counted elsewhere', async () => {
      const limits = [hourly(5), perClient(5), perNetwork(5), budget(1)];
      meanwhile('count', () => send(rival, { mobile: OTHER_MOBILE, limits: [budget(1)] }), keyOf(budget(1)));
      const refused = await send(store, { limits });
      expect(refused).toMatchObject({ status: 'refused', limit: 3 });
      expectWait(waitOf(refused), DAY);
      expect(await counts()).toEqual([1, 1, 2]);
      expect(await redis.exists(`sms:${MOBILE}`, keyOf(hourly(5)))).toBe(0);
    });

    test("given two limits of one slot, when another's message fills the second meanwhile, then that one is named", async () => {
      const captchas = [networkMinute(9), perMinute(9), unsolved(1)];
      meanwhile(
        'count',
        () => rival.issueCaptcha(captcha({ uuid: 'theirs', limits: [unsolved(1)] })),
        keyOf(unsolved(1)),
      );
      expect(await store.issueCaptcha(captcha({ uuid: 'mine', limits: captchas }))).toMatchObject({
        status: 'refused',
        limit: 2,
      });
      expect(await store.peekCaptcha('mine')).toBeNull();
    });

    test('given a mobile, when another message to it is counted meanwhile, then its own limit is named, and nothing stays counted elsewhere', async () => {
      meanwhile('reserve_mobile', () => send(rival, { limits: [cooldown()], code: '777777' }));
      const refused = await send(store, { limits: [perClient(5), budget(5), cooldown()] });
      expect(refused).toMatchObject({ status: 'refused', limit: 2 });
      expectWait(waitOf(refused), MINUTE);
      expect(await counts()).toEqual([1, 1, 1]);
      expect(await redis.get(`sms:${MOBILE}`)).toBe('777777');
    });

    test('given a mobile, when it is locked meanwhile, then no message goes out and nothing stays counted', async () => {
      meanwhile('reserve_mobile', () => redis.set(KEYS.failures(MOBILE), '100', 'PX', HOUR));
      const answer = await send(store, { limits: [hourly(5), perClient(5), budget(5)] });
      expect(answer.status).toBe('locked');
      expectWait(waitOf(answer), HOUR);
      expect(await counts()).toEqual([1, 1, 1]);
      expect(await redis.exists(`sms:${MOBILE}`)).toBe(0);
    });

    test.each([
      ['the last slot of a message', 'reserve_mobile', undefined],
      ['a slot before', 'count', keyOf(budget(5))],
    ] as const)(
      'given %s, when the store fails there, then what was counted before is refunded',
      async (_, step, key) => {
        failsAt(step, key);
        const limits = [hourly(5), perClient(5), perNetwork(5), budget(5)];
        await expect(send(store, { limits })).rejects.toThrow(StoreUnavailableError);
        await waitUntil(
          'nothing is counted',
          async () => (await redis.exists(keyOf(perClient(5)), keyOf(perNetwork(5)))) === 0,
        );
        expect(await counts()).toEqual([1, 1, 1]);
      },
    );

    test('given a captcha, when the store fails before it is written, then it is not counted', async () => {
      failsAt('issue');
      await expect(store.issueCaptcha(captcha({ limits: [perMinute(5)] }))).rejects.toThrow(StoreUnavailableError);
      await waitUntil('nothing is counted', async () => (await redis.exists(keyOf(perMinute(5)))) === 0);
    });

    test('given a captcha whose name another took meanwhile, then it is not counted, and the other stays', async () => {
      meanwhile('issue', () => rival.issueCaptcha(captcha({ text: 'THEIRS' })));
      expect(await store.issueCaptcha(captcha({ limits: [perMinute(5)] }))).toEqual({ status: 'taken' });
      expect(await store.peekCaptcha('uuid-1')).toBe('THEIRS');
      expect(await redis.exists(keyOf(perMinute(5)))).toBe(0);
    });

    test('given a captcha, when it is told, then it is written', async () => {
      const steps: string[] = [];
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      meanwhile('issue', () => held);
      const issued = store.issueCaptcha(captcha()).then(() => steps.push('told'));
      // Two round trips, in which a captcha that is told too early is told.
      for (let i = 0; i < 2; i++) await redis.ping();
      steps.push('written');
      release();
      await issued;
      expect(steps).toEqual(['written', 'told']);
    });

    test('given a try, when the store fails before it is compared, then it is counted neither as a guess nor as a try', async () => {
      await send(store, {});
      failsAt('verify');
      const limits = { guesses: guesses(5), verifications: tries(5) };
      await expect(store.checkCode(codeCheck({ code: WRONG, ...limits }))).rejects.toThrow(StoreUnavailableError);
      await waitUntil('nothing is counted', async () => (await redis.exists(keyOf(guesses(5)), keyOf(tries(5)))) === 0);
    });

    test('given a slot that counted, when its answer comes too late, then that count is refunded with the others', async () => {
      lateAt('count', keyOf(budget(5)));
      await expect(send(store, { limits: [perClient(5), perNetwork(5), budget(5)] })).rejects.toThrow('too late');
      await waitUntil(
        'nothing is counted',
        async () => (await redis.exists(keyOf(perClient(5)), keyOf(budget(5)))) === 0,
      );
    });

    test('given a message that was reserved, when its answer comes too late, then its code is gone, the one before is back, and no count is left', async () => {
      await send(store, { limits: [], code: '111111' });
      lateAt('reserve_mobile');
      await expect(send(store, { limits: [hourly(5), perClient(5), budget(5)], code: '222222' })).rejects.toThrow(
        'too late',
      );
      await waitUntil(
        'nothing is counted',
        async () => (await redis.exists(keyOf(hourly(5)), keyOf(perClient(5)), keyOf(budget(5)))) === 0,
      );
      expect(await redis.get(`sms:${MOBILE}`)).toBe('111111');
    });

    test('given a solved captcha, when what it owed cannot be taken off, then its message goes out all the same', async () => {
      failsAt('refund_count');
      expect((await send(store, { solved: [unsolved(5)] })).status).toBe('ok');
    });

    test('given a message that was not sent, when one slot cannot be refunded, then the others are, and the failure is told', async () => {
      const limits = [hourly(5), perClient(5), perNetwork(5), budget(5)];
      const { countedAt } = granted(await reserveSolved(store, 'refused', { limits }));
      failsAt('refund_count', keyOf(perClient(5)));
      const refund = { mobile: MOBILE, uuid: 'refused', code: RIGHT, limits, countedAt };
      await expect(store.refundSend(refund)).rejects.toThrow(StoreUnavailableError);
      expect(await counts()).toEqual([2, 1, 1]);
      expect(await redis.exists(`sms:${MOBILE}`, keyOf(hourly(5)))).toBe(0);
    });

    describe('with allowances', () => {
      const request = (perHour = 20): AllowanceRequest => ({
        ...{ rule: allowanceRule(10_000, perHour), mode: 'enforce', client: 'c', network: 'n', parent: 'p' },
        ...{ person: 'person' },
      });
      const owes = async (kind: 'client' | 'network' | 'parent', id: string) =>
        (await redis.exists(KEYS.standing(kind, id))) === 1;

      test("given a client's last message of the hour, when it asks for another meanwhile, then that one is refused, and counted nowhere", async () => {
        const theirs = { mobile: OTHER_MOBILE, allowance: { ...request(1), person: 'other' } };
        meanwhile('allowance_change', () => send(rival, theirs));
        const refused = await send(store, { limits: [perNetwork(5), budget(5)], allowance: request(1) });
        expect(refused).toMatchObject({ status: 'not-allowed', limit: 'client' });
        expectWait(waitOf(refused), HOUR);
        expect(await counts()).toEqual([1, 1, 1]);
        expect(await redis.exists(`sms:${MOBILE}`)).toBe(0);
        // The other one's stays: an hour of one message is used up.
        expect((await send(store, { allowance: request(1) })).status).toBe('not-allowed');
      });

      test("given a pool's last message, when the same client asks for it meanwhile, then that one goes out, and is owed still", async () => {
        const small = (client: string, perHour: number): AllowanceRequest => ({
          ...{ rule: allowanceRule(10, perHour), mode: 'enforce', client, network: client, parent: client },
          ...{ person: `person-${sent}` },
        });
        for (let i = 0; i < 9; i++) await send(rival, { allowance: small(`other-${i}`, 2) });
        let theirs = '';
        meanwhile(
          'allowance_change',
          async () => {
            theirs = (await send(rival, { mobile: OTHER_MOBILE, allowance: small('c', 2) })).status;
          },
          KEYS.pool('unknown'),
        );
        const refused = await send(store, { allowance: small('c', 2) });
        expect([theirs, refused]).toMatchObject(['ok', { status: 'not-allowed', limit: 'pool' }]);
        // One message is owed, which an hour of one shows.
        expect(await send(store, { allowance: small('c', 1) })).toMatchObject({ limit: 'client' });
      });

      test.each(['reserve_mobile', 'allowance_change'] as const)(
        'given a message, when the store fails at %s, then nobody owes anything',
        async (step) => {
          failsAt(step, step === 'allowance_change' ? KEYS.pool('unknown') : undefined);
          await expect(send(store, { limits: [budget(5)], allowance: request() })).rejects.toThrow(
            StoreUnavailableError,
          );
          await waitUntil(
            'nothing is owed',
            async () => !(await owes('client', 'c')) && !(await owes('network', 'n')) && !(await owes('parent', 'p')),
          );
          expect(await redis.exists(KEYS.pool('unknown'))).toBe(0);
          await waitUntil('nothing is counted', async () => (await redis.exists(keyOf(budget(5)))) === 0);
        },
      );

      test('given a charge, when its answer comes too late, then it is refunded', async () => {
        lateAt('allowance_change', KEYS.standing('client', 'c'));
        await expect(send(store, { allowance: request() })).rejects.toThrow('too late');
        await waitUntil('nothing is owed', async () => !(await owes('client', 'c')));
      });

      test('given a refused message, when another limit waits longer, then the longer wait is told', async () => {
        await send(store, { limits: [budget(1)], allowance: request(1) });
        const refused = await send(store, { mobile: OTHER_MOBILE, limits: [budget(1)], allowance: request(1) });
        expect(refused).toMatchObject({ status: 'refused', limit: 0 });
        expectWait(waitOf(refused), DAY);
      });

      test('given a right code, when its credit cannot be written, then it is right, and nothing else fails', async () => {
        await reserveSolved(store, 'mine', { allowance: request() });
        commands.getFails = true;
        // Whether the number is a new one cannot be told, so it makes no device a trusted one.
        const right = { status: 'ok', smsId: 'sms-1', newPerson: false };
        expect(await store.checkCode(codeCheck({ uuid: 'mine', person: 'person' }))).toEqual(right);
        // Jest fails a test in whose time a rejection is nobody's.
        await new Promise((resolve) => setImmediate(resolve));
      });

      test('given a number that confirms twice within a minute, then the second earns nobody anything', async () => {
        /** How many numbers its standing holds, three where nothing is owed, and its confirmations. */
        const look = "local it = cmsgpack.unpack(redis.call('GET', KEYS[1])) return { #it, tostring(it[2]) }";
        const ofClient = () => redis.eval(look, 1, KEYS.standing('client', 'c')) as Promise<[number, string]>;
        for (const uuid of ['first', 'second']) {
          await reserveSolved(store, uuid, { allowance: request() });
          expect((await store.checkCode(codeCheck({ uuid, person: 'person' }))).status).toBe('ok');
          await waitUntil('it is settled', async () => (await ofClient())[0] === 3);
        }
        const [, confirmations] = await ofClient();
        expect(Number(confirmations)).toBeGreaterThanOrEqual(1);
        expect(Number(confirmations)).toBeLessThan(1 + MINUTE / DAY);
      });
    });
  });
});
