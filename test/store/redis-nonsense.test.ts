import { openStore } from '../../src/store/open-store';
import { type Store, StoreUnavailableError } from '../../src/store/store';
import { describeWithRedis, type RedisServer, startRedis } from '../harness/redis-server';
import { waitUntil } from '../harness/wait-until';
import { type CommandProxy, isScriptCall, startCommandProxy } from './command-proxy';
import { captcha, codeCheck, reservation, WRONG } from './requests';

const TIMEOUT_MS = 2_000;

describeWithRedis('something behind REDIS_URL that answers what it was not asked', () => {
  let server: RedisServer;
  let proxy: CommandProxy;
  let store: Store;
  /** What a call of a script, or a question for a key, is answered, in Redis' protocol; undefined: what Redis says. */
  let nonsense: string | undefined;
  const isAnswered = (command: string) => isScriptCall(command) || /^\*2\r\n\$3\r\nget\r\n/i.test(command);

  beforeAll(async () => {
    server = await startRedis();
    proxy = await startCommandProxy(server.port, async (command) => (isAnswered(command) ? nonsense : undefined));
  });
  afterAll(async () => {
    await proxy?.close();
    await server?.close();
  });
  beforeEach(async () => {
    nonsense = undefined;
    store = await openStore({ kind: 'redis', target: { kind: 'single', url: proxy.url }, timeoutMs: TIMEOUT_MS });
  });
  afterEach(() => store?.close());

  const CALLS: readonly (() => Promise<unknown>)[] = [
    () => store.issueCaptcha(captcha()),
    () => store.reserveSend(reservation()),
    () => store.checkCode(codeCheck({ code: WRONG, uuid: 'any' })),
    () => store.noteMessage('sms-1', 'send', { outcome: 'unknown', provider: 'p', code: 'c', at: 1 }, 1_000),
  ];
  const worksAgain = async () => {
    let status: string | undefined;
    const answers = async () => {
      status = (await store.checkCode(codeCheck({ code: WRONG, uuid: 'any' })).catch(() => undefined))?.status;
      return status !== undefined;
    };
    await waitUntil('it is in use again', answers, TIMEOUT_MS);
    return status;
  };

  test.each([
    '+OK\r\n',
    '+QUEUED\r\n',
    '*0\r\n',
    '*-1\r\n',
    '$-1\r\n',
    ':1\r\n',
    '*2\r\n$3\r\nfoo\r\n:1\r\n',
    '*1\r\n$2\r\nok\r\n',
    '*2\r\n$2\r\nok\r\n$1\r\n1\r\n',
    '*2\r\n$10\r\n1700000000\r\n$6\r\n123456\r\n',
  ])(
    'given %j, when anything is asked, then nothing is granted, and it is in use again once it answers',
    async (answer) => {
      nonsense = answer;
      // In one write, so that each is answered before the connection is given up.
      const calls = CALLS.map((call) => expect(call()).rejects.toThrow(StoreUnavailableError));
      await Promise.all(calls);
      nonsense = undefined;
      expect(await worksAgain()).toBe('expired');
    },
  );

  test.each([':1\r\n', '*0\r\n'])(
    'given %j for a captcha, when its answer is asked for, then none is told',
    async (answer) => {
      nonsense = answer;
      await expect(store.peekCaptcha('u')).rejects.toThrow('Redis answered what it was not asked');
      nonsense = undefined;
      expect(await worksAgain()).toBe('expired');
    },
  );

  test('given one lost answer, so that later ones come a question early, when codes are checked, then none is right', async () => {
    nonsense = '';
    const first = store.checkCode(codeCheck({ code: WRONG, uuid: 'any' })).catch((error: Error) => error);
    await new Promise((resolve) => setTimeout(resolve, 50));
    nonsense = undefined;
    // The client asks for the time once a second: that is what comes in place of the answer.
    expect(await first).toBeInstanceOf(StoreUnavailableError);
    expect(await worksAgain()).toBe('expired');
  });
});
