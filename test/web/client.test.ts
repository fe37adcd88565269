import fc from 'fast-check';
import type { Page } from 'playwright-core';
import { INBOUND_STAND_INS, WEBHOOK_SECRET } from '../sms/stand-in/inbound-stand-ins';
import { describeInChromium } from './support/chromium';
import { clientScript, openForm } from './support/client-script';
import { pageForAll } from './support/page-for-all';
import { FOR_MANY } from './support/page-server';

const SECRET = 'b1946ac92492d2347c6235b4d2611184';
const SETTINGS = {
  ...FOR_MANY,
  ...{ RECEIPTS_SECRET: SECRET, WEBHOOK_SECRET, INBOUND_NUMBERS: '1069012345678', INBOUND_ALWAYS: 'true' },
};

interface State {
  step: string;
  mobile: string;
  busy: string | null;
  captcha: { status: string };
  wait: number;
  codePending: boolean;
  inbound: { number: string; text: string } | null;
  smsId: string | null;
  outcome: { reason: string; ticket?: string | null; attemptsLeft?: number | null } | null;
}

describeInChromium('The client, whatever the person, the line and the clock do', () => {
  const script = clientScript();
  const here = pageForAll(SETTINGS);
  let page: Page;
  let mobile = '13900000800';
  const other = '13800138000';
  const complaints: string[] = [];

  beforeEach(async () => {
    mobile = String(Number(mobile) + 1);
    page = await here.browser.newPage();
    page.on('pageerror', (error) => complaints.push(error.message));
    await openForm(page, here.server.url, script);
  });
  afterEach(async () => {
    expect(complaints.splice(0)).toEqual([]);
    await page.close();
  });

  const state = () => page.evaluate<State>('v.getState()');
  const until = (condition: string) =>
    page.waitForFunction(`(({ step, busy, captcha, wait }) => ${condition})(v.getState())`);
  const lastCode = () => here.server.store.codes.at(-1) ?? '';
  const wrongCode = () => (lastCode() === '000000' ? '000001' : '000000');

  /** Answers the captcha on display by `call`, once it is there. */
  async function solve(call: 'send' | 'startInbound'): Promise<void> {
    await until("captcha.status === 'ready'");
    await page.evaluate(`v.${call}('${here.server.store.captchaText}')`);
  }

  async function receiveCode(): Promise<void> {
    await page.evaluate(`v.setMobile('${mobile}')`);
    await solve('send');
    expect((await state()).step).toBe('code');
  }

  /** What the requests of an operation carried, from now on. */
  function asked(operation: string): { variables: Record<string, string> }[] {
    const requests: { variables: Record<string, string> }[] = [];
    page.on('request', (request) => {
      if (request.postData()?.includes(operation)) requests.push(request.postDataJSON());
    });
    return requests;
  }

  /** Holds the next answer to an operation back until it is let go. */
  async function hold(operation: string): Promise<{ answered: Promise<void>; letGo: () => void }> {
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const answered = new Promise<void>((resolve) => {
      let first = true;
      void page.route('**/graphql', async (route) => {
        if (!first || !route.request().postData()?.includes(operation)) return route.fallback();
        first = false;
        const response = await route.fetch();
        resolve();
        await held;
        return route.fulfill({ response });
      });
    });
    return { answered, letGo };
  }

  /** The server gets it, and the line breaks before its answer. */
  async function sendAndLoseTheAnswer(): Promise<void> {
    await page.route('**/graphql', async (route) => {
      if (!route.request().postData()?.includes('sendSmsCode')) return route.fallback();
      await route.fetch();
      return route.abort();
    });
    await solve('send');
    await page.unrouteAll();
    expect((await state()).outcome?.reason).toBe('UNREACHABLE');
  }

  describe('given an input method that types full-width letters and digits', () => {
    const fullWidth = (text: string) =>
      text.replace(/[!-~]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 0xfee0));

    test('then number, answer and code are taken as any others', async () => {
      await page.evaluate(`v.setMobile('${fullWidth(mobile)}')`);
      await until("captcha.status === 'ready'");
      await page.evaluate(`v.send('${fullWidth(here.server.store.captchaText)}')`);
      expect((await state()).outcome?.reason).toBe('OK');
      await page.evaluate(`v.verify('${fullWidth(lastCode())}')`);
      expect((await state()).outcome?.reason).toBe('OK');
    });

    test('then its quotes and strokes are an answer that is wrong, and no request that is none', async () => {
      await page.evaluate(`v.setMobile('${mobile}')`);
      await until("captcha.status === 'ready'");
      await page.evaluate(`v.send('${fullWidth('"\\')}')`);
      expect((await state()).outcome?.reason).toBe('CAPTCHA_MISMATCH');
    });
  });

  test('given a page that hands no answer over, then the request is told to be wrong, and not the server to be away', async () => {
    await page.evaluate(`v.setMobile('${mobile}')`);
    await until("captcha.status === 'ready'");
    for (const nothing of ['undefined', 'null']) {
      await page.evaluate(`v.send(${nothing})`);
      expect((await state()).outcome?.reason).toBe('REFUSED');
    }
  });

  describe('given that the person goes on while a code is being checked', () => {
    async function checkAndMeanwhile(code: string, action: string): Promise<void> {
      const { answered, letGo } = await hold('verifySmsCode');
      await page.evaluate(`void v.verify('${code}')`);
      await answered;
      await page.evaluate(action);
      letGo();
      await until('busy === null');
    }

    test('to another number, then that one gets its captcha, and is told nothing of the code', async () => {
      await receiveCode();
      await checkAndMeanwhile(wrongCode(), `v.setMobile('${other}')`);
      expect(await state()).toMatchObject({ step: 'request', mobile: other, outcome: null });
      await until("captcha.status === 'ready'");
    });

    test('back to the request, then that is told nothing of the code, and the code is as good as before', async () => {
      await receiveCode();
      await checkAndMeanwhile(wrongCode(), 'v.back()');
      expect(await state()).toMatchObject({ step: 'request', mobile, outcome: null, codePending: true });
      await page.evaluate('v.enterCode()');
      await page.evaluate(`v.verify('${lastCode()}')`);
      expect(await state()).toMatchObject({ step: 'confirmed', mobile });
    });

    test('and the code is void, then it is offered no more', async () => {
      await receiveCode();
      here.server.ahead += 301_000;
      await checkAndMeanwhile(lastCode(), 'v.back()');
      expect(await state()).toMatchObject({ step: 'request', codePending: false });
    });

    test('back and forth, then the code that was wrong is told at the code', async () => {
      await receiveCode();
      await checkAndMeanwhile(wrongCode(), 'v.back(); v.enterCode()');
      expect(await state()).toMatchObject({ step: 'code', outcome: { reason: 'SMS_CODE_MISMATCH' } });
    });

    test.each(['v.setMobile("13800138000")', 'v.back()', 'v.reset()'])(
      'with %s, and the code is right, then its own number is confirmed: it is used up, and nothing would bring it back',
      async (action) => {
        await receiveCode();
        await checkAndMeanwhile(lastCode(), action);
        expect(await state()).toMatchObject({ step: 'confirmed', mobile, outcome: { reason: 'OK' } });
      },
    );

    test('to a text, and its answer comes first, then that is what stays', async () => {
      await page.evaluate(`v.setMobile('${mobile}')`);
      await solve('startInbound');
      const text = (await state()).inbound?.text ?? '';
      await page.evaluate('v.back()');
      await solve('send');
      const { answered, letGo } = await hold('verifySmsCode');
      await page.evaluate(`void v.verify('${wrongCode()}')`);
      await answered;
      await page.evaluate('v.sendInstead()');
      const url = `${here.server.url}/inbound/${SECRET}/webhook`;
      const push = INBOUND_STAND_INS.webhook?.push({ from: mobile, text }, url, Date.now() + here.server.ahead);
      await fetch(url, { method: 'POST', ...push });
      await page.clock.fastForward(4_000);
      await until("step === 'confirmed'");
      letGo();
      await page.evaluate("fetch('/healthz')");
      expect(await state()).toMatchObject({ step: 'confirmed', outcome: { reason: 'OK' } });
    });
  });

  test('given a new text while an old one is asked about, then the old answer ends nothing of the new', async () => {
    await page.evaluate(`v.setMobile('${mobile}')`);
    const { answered, letGo } = await hold('inboundStatus');
    await solve('startInbound');
    const old = (await state()).inbound?.text;
    here.server.ahead += 601_000;
    await answered;
    await page.evaluate('v.back()');
    await solve('startInbound');
    const text = (await state()).inbound?.text;
    expect(text).not.toBe(old);

    const next = page.waitForRequest((request) => request.postData()?.includes('inboundStatus') === true);
    letGo();
    await page.evaluate("fetch('/healthz')");
    await page.clock.fastForward(4_000);
    await next;
    expect(await state()).toMatchObject({ step: 'inbound', inbound: { text } });
    await page.reload();
    expect(await state()).toMatchObject({ mobile, inbound: { text } });
  });

  describe('given that the clock of the browser is set', () => {
    const setClock = async (seconds: number) =>
      page.clock.setSystemTime((await page.evaluate<number>('Date.now()')) + seconds * 1000);

    test('back by an hour during a wait, then the wait is no longer than the server said, and ends', async () => {
      await receiveCode();
      await setClock(-3600);
      await page.evaluate('v.back()');
      const { wait } = await state();
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(60);
      await page.reload();
      expect((await state()).wait).toBeLessThanOrEqual(60);
      await page.clock.fastForward(61_000);
      await until('wait === 0');
    });

    test('back by an hour while a text is awaited, then whether it came is asked as often as before', async () => {
      await page.evaluate(`v.setMobile('${mobile}')`);
      const { answered, letGo } = await hold('inboundStatus');
      await solve('startInbound');
      await answered;
      letGo();
      await page.evaluate("fetch('/healthz')");
      const next = page.waitForRequest((request) => request.postData()?.includes('inboundStatus') === true);
      await setClock(-3600);
      await page.clock.fastForward(4_000);
      await next;
    });

    test('ahead by an hour, then a code can be handed in, and after a reload another can be asked for', async () => {
      await receiveCode();
      await setClock(3600);
      await page.clock.fastForward(1_000);
      expect(await state()).toMatchObject({ step: 'code', wait: 0 });
      await page.evaluate(`v.verify('${wrongCode()}')`);
      expect((await state()).outcome?.reason).toBe('SMS_CODE_MISMATCH');

      await page.reload();
      await solve('send');
      expect(await state()).toMatchObject({ step: 'request', mobile, outcome: { reason: 'TOO_FREQUENT' } });
      const { wait } = await state();
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(60);
    });
  });

  test('given a send whose answer was lost, when another comes too soon, then the code of the first is asked for', async () => {
    await page.evaluate(`v.setMobile('${mobile}')`);
    await sendAndLoseTheAnswer();
    await page.evaluate('v.loadCaptcha()');
    await solve('send');
    expect(await state()).toMatchObject({ step: 'code', mobile, outcome: { reason: 'TOO_FREQUENT' } });
    await page.evaluate(`v.verify('${lastCode()}')`);
    expect((await state()).step).toBe('confirmed');
  });

  describe('given two sends whose answers were lost, with another captcha between them', () => {
    async function sendTwice(apartMs = 0): Promise<void> {
      await page.evaluate(`v.setMobile('${mobile}')`);
      await sendAndLoseTheAnswer();
      here.server.ahead += apartMs;
      await page.evaluate('v.loadCaptcha()');
      await sendAndLoseTheAnswer();
    }

    test('when the first alone brought a code, then that one confirms, after a reload as well', async () => {
      const before = here.server.store.codes.length;
      await sendTwice();
      expect(here.server.store.codes).toHaveLength(before + 1);
      await page.reload();
      await page.evaluate('v.enterCode()');
      await page.evaluate(`v.verify('${lastCode()}')`);
      expect(await state()).toMatchObject({ step: 'confirmed', mobile });
    });

    test('when the first alone brought a code, then a wrong one costs one try of it, and the void request is asked once', async () => {
      await sendTwice();
      await page.evaluate('v.enterCode()');
      const requests = asked('verifySmsCode');
      await page.evaluate(`v.verify('${wrongCode()}')`);
      expect((await state()).outcome).toMatchObject({ reason: 'SMS_CODE_MISMATCH', attemptsLeft: 4 });
      await page.evaluate(`v.verify('${wrongCode()}')`);
      expect((await state()).outcome).toMatchObject({ reason: 'SMS_CODE_MISMATCH', attemptsLeft: 3 });
      expect(requests).toHaveLength(3);
    });

    test('when both brought one, then a wrong one is tried at the second alone', async () => {
      await sendTwice(61_000);
      await page.evaluate('v.enterCode()');
      const requests = asked('verifySmsCode');
      await page.evaluate(`v.verify('${wrongCode()}')`);
      expect((await state()).outcome).toMatchObject({ reason: 'SMS_CODE_MISMATCH', attemptsLeft: 4 });
      expect(requests).toHaveLength(1);
      await page.evaluate(`v.verify('${lastCode()}')`);
      expect(await state()).toMatchObject({ step: 'confirmed', mobile });
    });

    test('when both brought one, and the second is void after five wrong ones, then the first is not guessed at instead', async () => {
      await sendTwice(61_000);
      await page.evaluate('v.enterCode()');
      for (let tries = 0; tries < 5; tries += 1) await page.evaluate(`v.verify('${wrongCode()}')`);
      expect((await state()).outcome?.reason).toBe('SMS_CODE_LOCKED');
      const requests = asked('verifySmsCode');
      await page.evaluate(`v.verify('${wrongCode()}')`);
      expect(requests).toHaveLength(1);
    });

    test('for two numbers, then no code of the one is tried at the other', async () => {
      await page.evaluate(`v.setMobile('${other}')`);
      await sendAndLoseTheAnswer();
      await page.evaluate('v.loadCaptcha()');
      await page.evaluate(`v.setMobile('${mobile}')`);
      await sendAndLoseTheAnswer();
      here.server.ahead += 301_000;
      await page.evaluate('v.enterCode()');
      const requests = asked('verifySmsCode');
      await page.evaluate(`v.verify('${lastCode()}')`);
      expect((await state()).outcome?.reason).toBe('SMS_CODE_EXPIRED');
      expect(requests.map(({ variables }) => variables.mobile)).toEqual([mobile]);
    });

    test('with the same captcha, then no request is asked about twice', async () => {
      await page.evaluate(`v.setMobile('${mobile}')`);
      await sendAndLoseTheAnswer();
      await page.evaluate(`v.setMobile('${mobile}')`);
      await sendAndLoseTheAnswer();
      here.server.ahead += 301_000;
      await page.evaluate('v.enterCode()');
      const requests = asked('verifySmsCode');
      await page.evaluate(`v.verify('${lastCode()}')`);
      expect((await state()).outcome?.reason).toBe('SMS_CODE_EXPIRED');
      expect(requests).toHaveLength(1);
    });
  });

  describe("given somebody else's entry in the storage", () => {
    /** What a form shows at first, and of each of these numbers; what it throws, if it does. */
    const shown = (text: string, mobiles: readonly string[]) =>
      page.evaluate<State[] | string>(`
        sessionStorage.setItem('sms-verification', ${JSON.stringify(text)});
        (() => {
          try {
            const v = form();
            const states = [v.getState()];
            for (const mobile of ${JSON.stringify(mobiles)}) {
              v.setMobile(mobile);
              states.push(v.getState());
            }
            return states;
          } catch (error) {
            return String(error);
          }
        })()`);

    test.each([
      'null',
      '[]',
      '"x"',
      '7',
      '{',
      '{"mobile":5}',
      '{"pending":null,"waits":null,"inbound":null}',
      '{"pending":{"REGISTER":null}}',
      '{"pending":[1],"waits":[[1]],"inbound":"x"}',
      '{"pending":{"REGISTER":{"mobile":{},"uuid":"x","until":1e15,"sent":true}}}',
      '{"pending":{"REGISTER":{"mobile":"13800138000","until":1e15,"sent":true}}}',
      '{"waits":{"1":null}}',
      '{"waits":{"13800138000":{"until":1e15}}}',
      '{"waits":{"x":{"until":{"toString":[]}}}}',
      '{"waits":{"13800138000":{"until":1e15,"retryAfter":{"toString":[]}}}}',
      '{"inbound":{"REGISTER":{"mobile":"13800138000","until":1e15}}}',
      '{"__proto__":{"mobile":"x"}}',
    ])('%s, then the form begins as without it', async (text) => {
      const nothing = { step: 'request', wait: 0, codePending: false, inbound: null, outcome: null };
      expect(await shown(text, [other])).toMatchObject([
        { ...nothing, mobile: '' },
        { ...nothing, mobile: other },
      ]);
    });

    test('of any shape, then what is shown has the types that it always has', async () => {
      const anything = fc.oneof(
        fc.jsonValue({ maxDepth: 2 }),
        fc.constantFrom(other, '', null, true, 0, -1, 1e15, 9e307, 'infinite', '1e15', [1e15], {}),
      );
      const entry = fc.record(
        {
          mobile: fc.oneof(fc.constant(other), anything),
          uuid: anything,
          until: fc.oneof(fc.constant(1e15), anything),
        },
        { requiredKeys: [] },
      );
      const whole = fc
        .tuple(
          entry,
          fc.record(
            {
              number: anything,
              text: anything,
              sent: anything,
              smsId: anything,
              told: anything,
              quota: anything,
              earlier: anything,
            },
            { requiredKeys: [] },
          ),
        )
        .map(([first, second]) => ({ ...first, ...second }));
      const entries = fc.oneof(
        anything,
        fc.dictionary(fc.constantFrom('REGISTER', other, '__proto__', 'x'), fc.oneof(whole, anything)),
      );
      const stored = fc.oneof(
        anything,
        fc.record({ mobile: anything, pending: entries, inbound: entries, waits: entries }, { requiredKeys: [] }),
      );
      const stringOrNull = (value: unknown) => value === null || typeof value === 'string';
      await fc.assert(
        fc.asyncProperty(stored, async (value) => {
          // What is too large for a number becomes Infinity when it is read.
          const states = await shown(JSON.stringify(value).replaceAll('"infinite"', '1e999'), [
            other,
            'x',
            'constructor',
            '__proto__',
            '',
          ]);
          if (typeof states === 'string') throw new Error(states);
          for (const { step, mobile, wait, codePending, inbound, smsId } of states) {
            expect(['request', 'code']).toContain(step);
            expect(typeof mobile).toBe('string');
            expect(wait).toBeGreaterThanOrEqual(0);
            expect(typeof codePending).toBe('boolean');
            expect(stringOrNull(smsId)).toBe(true);
            for (const told of inbound ? [inbound.number, inbound.text] : []) expect(typeof told).toBe('string');
          }
        }),
        { numRuns: 300 },
      );
    });
  });
});
