import { allowanceRule } from '../../src/limits/allowances';
import type { AllowanceRequest } from '../../src/limits/rules';
import { countedLimits, type SendReserved } from '../../src/store/store';
import type { StoreSubject } from './contract';
import { codeCheck, DAY, daily, deviceDay, granted, HOUR, MINUTE, reserveSolved, WRONG } from './requests';

const RULE = allowanceRule(10_000, 20);

export function describeAllowances(subject: () => StoreSubject): void {
  describe('allowances', () => {
    let sent = 0;
    const requestOf = (client: string, network = `net-${client}`, person = ''): AllowanceRequest => ({
      ...{ rule: RULE, mode: 'enforce', client, network, parent: `parent-${network}` },
      person,
    });
    /** By a budget of 200, which gives each parent eight messages. */
    const inParent = (parent: string, client: string) => ({
      ...requestOf(client),
      ...{ parent, rule: allowanceRule(200, 20) },
    });
    /** A message to a mobile of its own, asked for by this client. */
    const send = async (allowance: AllowanceRequest, mobile = mobileOf(sent)) => {
      sent++;
      const uuid = `u${sent}`;
      const asked = { ...allowance, person: allowance.person || `person-${mobile}` };
      const changes = { mobile, allowance: asked, limits: [daily(10, mobile)] };
      return { uuid, mobile, asked, reserved: await reserveSolved(subject().store, uuid, changes) };
    };
    const confirm = ({ uuid, mobile, asked }: Awaited<ReturnType<typeof send>>) =>
      subject().store.checkCode(codeCheck({ uuid, mobile, person: asked.person }));
    const refund = ({ uuid, mobile, asked, reserved }: Awaited<ReturnType<typeof send>>) => {
      const { countedAt, charge = 'own', chargedAt = 0 } = granted(reserved);
      const allowance = { ...asked, charge, sentAt: chargedAt };
      const limits = countedLimits({ limits: [daily(10, mobile)], allowance: asked }, charge);
      return subject().store.refundSend({ mobile, uuid, code: '135790', limits, countedAt, allowance });
    };
    const paidBy = (reserved: SendReserved) => (reserved.status === 'ok' ? reserved.charge : reserved.status);
    const mobileOf = (n: number) => String(13_800_000_000 + n);
    /** How many messages this client is given that nobody confirms. */
    const given = async (client: AllowanceRequest) => {
      for (let count = 0; count < 100; count++) if ((await send(client)).reserved.status !== 'ok') return count;
      throw new Error('never refused');
    };

    /** How many of so many it is given; on a cluster, whoever is credited is so a moment after the answer. */
    const soonGiven = async (client: AllowanceRequest, wanted: number) => {
      let count = 0;
      for (let i = 0; i < 20 && count < wanted; i++) if ((await send(client)).reserved.status === 'ok') count++;
      return count;
    };
    const wentThrough = (answers: readonly PromiseSettledResult<Awaited<ReturnType<typeof send>>>[]) =>
      answers.filter((answer) => answer.status === 'fulfilled' && answer.value.reserved.status === 'ok').length;
    const pastFirstDays = async () => {
      await confirm(await send(requestOf('start')));
      for (let day = 0; day < 4; day++) {
        await subject().advance(DAY);
        await confirm(await send(requestOf('start')));
      }
    };

    test('given a new shop, when one address asks again and again, then it is given about 14 messages, and told how long to wait', async () => {
      const count = await given(requestOf('a'));
      expect(count).toBeGreaterThanOrEqual(10);
      expect(count).toBeLessThanOrEqual(15);
      const { reserved } = await send(requestOf('a'));
      expect(reserved).toMatchObject({ status: 'not-allowed', limit: 'pool' });
      expect((reserved as { waitMs: number }).waitMs).toBeGreaterThan(23 * HOUR);
      // Nobody else is refused.
      expect(paidBy((await send(requestOf('b'))).reserved)).toBe('unknown');
    });

    test('given messages that a confirmation paid, when another code of that mobile is confirmed, then nobody else is paid for', async () => {
      const client = { ...requestOf('a'), rule: allowanceRule(10_000, 3) };
      const mobile = '13700137000';
      const first = await send(client, mobile);
      const uuid = 'to-log-in';
      const asked = { ...client, person: `person-${mobile}` };
      await reserveSolved(subject().store, uuid, { mobile, purpose: 'LOGIN', allowance: asked });
      // Pays both.
      await confirm(first);
      expect(await soonGiven(client, 2)).toBe(2);
      const login = codeCheck({ uuid, mobile, purpose: 'LOGIN', person: asked.person });
      expect((await subject().store.checkCode(login)).status).toBe('ok');
      expect((await send(client)).reserved.status).toBe('ok');
      expect((await send(client)).reserved.status).toBe('not-allowed');
    });

    test('given an address that used its network up, when its neighbour asks, then it is given next to nothing', async () => {
      await given(requestOf('a', 'net'));
      expect(await given(requestOf('b', 'net'))).toBeLessThan(4);
      expect(await given(requestOf('c', 'elsewhere'))).toBeGreaterThanOrEqual(10);
    });

    test('given a parent whose networks each send one, when they are many, then it is held to its share, and another parent is not', async () => {
      const of = (n: number, parent: string) => inParent(parent, `${parent}-${n}`);
      const statuses: string[] = [];
      for (let n = 0; n < 12; n++) statuses.push((await send(of(n, 'p'))).reserved.status);
      expect(statuses).toEqual([...Array(8).fill('ok'), ...Array(4).fill('not-allowed')]);
      expect((await send(of(0, 'q'))).reserved.status).toBe('ok');
    });

    test('given strangers who used up the share of a parent, when known numbers and a trusted device ask there, then as much again is theirs, and another stranger is refused', async () => {
      const known = Array.from({ length: 8 }, (_, n) => ({ mobile: mobileOf(1000 + n), client: `known-${n}` }));
      for (const { mobile, client } of known) await confirm(await send(inParent(client, client), mobile));
      for (let n = 0; n < 8; n++) expect(paidBy((await send(inParent('p', `s${n}`))).reserved)).toBe('unknown');
      const device = (n: number) => ({ ...inParent('p', `d${n}`), device: deviceDay(2, `device-${n}`) });
      const charges = [paidBy((await send(device(1))).reserved)];
      for (const { mobile, client } of known)
        charges.push(paidBy((await send(inParent('p', `${client}-p`), mobile)).reserved));
      expect(charges).toEqual(['device', ...Array(7).fill('person'), 'not-allowed']);
      for (const request of [device(2), inParent('p', 's9')])
        expect(paidBy((await send(request)).reserved)).toBe('not-allowed');
    });

    test('given messages that were refused by their provider, when they are refunded, then the address stands as before', async () => {
      for (let i = 0; i < 30; i++) await refund(await send(requestOf('a')));
      expect(await given(requestOf('a'))).toBeGreaterThanOrEqual(10);
    });

    test('given messages whose codes were guessed at before their provider refused them, then the address owes for them', async () => {
      const guessAndRefund = async () => {
        const message = await send(requestOf('a'));
        if (message.reserved.status !== 'ok') return false;
        await subject().store.checkCode(codeCheck({ uuid: message.uuid, mobile: message.mobile, code: WRONG }));
        await refund(message);
        return true;
      };
      let given = 0;
      while (given < 30 && (await guessAndRefund())) given++;
      expect(given).toBeLessThan(30);
    });

    test("given two clients who ask for one mobile at once, when the second's is refunded and the first's confirmed, then the first owes nothing", async () => {
      const byHour = (client: string) => ({ ...requestOf(client), rule: allowanceRule(10_000, 1) });
      const mobile = '13700137000';
      const [first, second] = await Promise.all([send(byHour('a'), mobile), send(byHour('b'), mobile)]);
      await refund(second);
      await confirm(first);
      expect(await soonGiven(byHour('a'), 1)).toBe(1);
    });

    test('given a small shop, when more messages than it has for strangers were refunded, then strangers are given as many as before', async () => {
      const small = (client: string) => ({ ...requestOf(client), rule: allowanceRule(200, 20) });
      for (let i = 0; i < 40; i++) await refund(await send(small('a')));
      expect(await given(small('a'))).toBe(8);
    });

    test('given an address that is given no more, when somebody asks again who asked from there once, then that is sent, and no third one', async () => {
      const mobile = '13700137000';
      for (const another of ['elsewhere', 'somewhere']) await send(requestOf(another), mobile);
      await send(requestOf('a'), mobile);
      await given(requestOf('a'));
      expect(paidBy((await send(requestOf('a'), mobile)).reserved)).toBe('unknown');
      for (const another of ['13700137001', mobile])
        expect(paidBy((await send(requestOf('a'), another)).reserved)).toBe('not-allowed');
    });

    test('given an address whose messages are confirmed, when many people ask from it, then none of them is refused', async () => {
      for (let i = 0; i < 60; i++) {
        const message = await send(requestOf('nat'));
        expect(message.reserved.status).toBe('ok');
        expect((await confirm(message)).status).toBe('ok');
      }
      expect(paidBy((await send(requestOf('nat'))).reserved)).toBe('own');
    });

    test('given a message that nobody was charged for, when it is confirmed, then nobody is credited', async () => {
      const [mobile, person] = [mobileOf(sent), 'somebody'];
      await reserveSolved(subject().store, 'free', { mobile });
      const checked = await subject().store.checkCode(codeCheck({ uuid: 'free', mobile, person }));
      expect(checked).toEqual({ status: 'ok', smsId: 'sms-1' });
      expect(paidBy((await send(requestOf('a', 'n', person))).reserved)).toBe('unknown');
    });

    test('given a confirmation, when its number asks again, from anywhere, then what is known of the person pays', async () => {
      const message = await send(requestOf('a'));
      await confirm(message);
      await subject().advance(2 * HOUR);
      const again = await send(requestOf('elsewhere'), message.mobile);
      expect(paidBy(again.reserved)).toBe('person');
    });

    test('given a trusted device, when it asks from an address that is given nothing more, then it pays for 2 messages in 24 hours', async () => {
      await given(requestOf('a'));
      const withDevice = { ...requestOf('a'), device: deviceDay(2) };
      for (let i = 0; i < 2; i++) {
        const { reserved } = await send(withDevice);
        expect(paidBy(reserved)).toBe('device');
        // Its own limits count it all the same.
        expect(granted(reserved).counts).toEqual([1]);
      }
      expect(paidBy((await send(withDevice)).reserved)).toBe('not-allowed');
      expect(paidBy((await send({ ...withDevice, device: deviceDay(2, 'another') })).reserved)).toBe('device');
      await subject().advance(DAY);
      expect(paidBy((await send(withDevice)).reserved)).toBe('device');
    });

    test('given messages of a trusted device that their provider refused, when they are refunded, then it pays for as many as before', async () => {
      await given(requestOf('a'));
      const withDevice = { ...requestOf('a'), device: deviceDay(2) };
      for (let i = 0; i < 4; i++) {
        const message = await send(withDevice);
        expect(paidBy(message.reserved)).toBe('device');
        await refund(message);
      }
    });

    test('given a trusted device, when 20 messages are asked for with it at once, then it pays for no more than 2', async () => {
      await given(requestOf('a'));
      const withDevice = { ...requestOf('a'), device: deviceDay(2) };
      const answers = await Promise.allSettled(Array.from({ length: 20 }, () => send(withDevice)));
      const through = wentThrough(answers);
      expect(through).toBeGreaterThan(0);
      expect(through).toBeLessThanOrEqual(2);
    });

    test('given a network that confirmed days ago, when it asks, then the pool of known ones pays, and that of strangers for a stranger', async () => {
      await confirm(await send(requestOf('a')));
      // On a cluster the credit is not waited for.
      let charge = '';
      for (let i = 0; i < 50 && charge !== 'own'; i++)
        charge = String(paidBy((await send(requestOf(`a${i}`, 'net-a'))).reserved));
      expect(charge).toBe('own');
      await subject().advance(8 * DAY);
      expect(paidBy((await send(requestOf('a'))).reserved)).toBe('known');
      expect(paidBy((await send(requestOf('stranger'))).reserved)).toBe('unknown');
    });

    test('given no limit by the hour, when a client has unconfirmed messages, then that alone refuses nothing', async () => {
      const client = { ...requestOf('a'), rule: allowanceRule(10_000, 0) };
      for (let i = 0; i < 3; i++) expect(paidBy((await send(client)).reserved)).toBe('unknown');
    });

    test('given a number, when it is confirmed, then it is new, and it is new again once its history is over', async () => {
      const message = await send(requestOf('a'));
      expect(await confirm(message)).toMatchObject({ status: 'ok', newPerson: true });
      await subject().advance(2 * HOUR);
      expect(await confirm(await send(requestOf('b'), message.mobile))).toMatchObject({ newPerson: false });
      // On a cluster the credit of a confirmation is not waited for.
      await subject().advance(HOUR);
      await subject().advance(30 * DAY);
      expect(await confirm(await send(requestOf('c'), message.mobile))).toMatchObject({ newPerson: true });
    });

    test('given a wrong code, when it is checked, then nobody is credited', async () => {
      const message = await send(requestOf('a'));
      await subject().store.checkCode(
        codeCheck({ uuid: message.uuid, mobile: message.mobile, person: message.asked.person, code: WRONG }),
      );
      const next = await send(requestOf('a'));
      expect(paidBy(next.reserved)).toBe('unknown');
      await confirm(next);
      expect(paidBy((await send(requestOf('a'))).reserved)).toBe('own');
    });

    test('given a shop past its first days, when somebody asks again from an address that is given no more, then that is sent, and no third one', async () => {
      await pastFirstDays();
      const mobile = '13700137000';
      await send(requestOf('a'), mobile);
      await given(requestOf('a'));
      const charges: unknown[] = [];
      for (let i = 0; i < 3; i++) charges.push(paidBy((await send(requestOf('a'), mobile)).reserved));
      expect(charges).toEqual(['unknown', 'not-allowed', 'not-allowed']);
    });

    test('given a clock that was a year ahead at the first message, when it is set right, then the first days end some days later all the same', async () => {
      await send(requestOf('early'));
      await subject().advance(-365 * DAY);
      await pastFirstDays();
      expect(await given(requestOf('a'))).toBeLessThan(10);
    });

    test('given numbers that were confirmed while a clock was a year ahead, when they are confirmed weeks after that one was set right, then their network is credited', async () => {
      const confirmFrom = async (network: string) => {
        for (let n = 0; n < 6; n++) {
          const client = { ...requestOf(`${network}-${n}`, network), rule: allowanceRule(10_000, 1) };
          expect((await confirm(await send(client, `1370013700${n}`))).status).toBe('ok');
          // What nobody waits for has been written once the message is paid.
          expect(await soonGiven(client, 1)).toBe(1);
        }
      };
      await confirmFrom('early');
      await subject().advance(-365 * DAY);
      await confirmFrom('a');
      await subject().advance(29 * DAY);
      await confirmFrom('b');
      // Six of less than half a confirmation each: without them even those six had been refused another message.
      expect(paidBy((await send(requestOf('neighbour', 'b'))).reserved)).toBe('own');
    });

    test('given a shop past its first days, when a strange network asks for a mobile that had 5 messages today, then it is refused', async () => {
      const mobile = '13900139000';
      await pastFirstDays();
      for (let i = 0; i < 5; i++) {
        expect((await send(requestOf(`stranger-${i}`), mobile)).reserved.status).toBe('ok');
        await subject().advance(20 * MINUTE);
      }
      expect((await send(requestOf('stranger-5'), mobile)).reserved).toMatchObject({
        status: 'not-allowed',
        limit: 'mobile',
      });
      // That is the mobile's own cap, which an operator may lift.
      await subject().store.operator.list(mobile, 'allowed', 'our own test phone', HOUR);
      expect((await send(requestOf('stranger-6'), mobile)).reserved.status).toBe('ok');
    });

    test('given more than the hour of a client, when it asks on, then its hour refuses', async () => {
      const rule = allowanceRule(10, 3);
      const client = { ...requestOf('a'), rule };
      for (let i = 0; i < 3; i++) expect((await send(client)).reserved.status).toBe('ok');
      expect((await send(client)).reserved).toMatchObject({ status: 'not-allowed', limit: 'client' });
      await subject().advance(HOUR);
      expect((await send(client)).reserved.status).toBe('ok');
    });

    test.each([
      [14, 2],
      [16, 1],
    ])(
      'given two messages to one mobile, %d minutes apart, when the second is confirmed, then its client may have %d more',
      async (minutes, more) => {
        const client = { ...requestOf('a'), rule: allowanceRule(10_000, 2) };
        const mobile = '13700137000';
        await send(client, mobile);
        await subject().advance(minutes * MINUTE);
        const second = await send(client, mobile);
        expect((await send(client)).reserved.status).toBe('not-allowed');
        await confirm(second);
        expect(await soonGiven(client, more)).toBe(more);
        expect((await send(client)).reserved.status).toBe('not-allowed');
      },
    );

    test('given a refusal, when it is told and not enforced, then the message is counted and its rule named', async () => {
      const client = { ...requestOf('a'), mode: 'report' as const };
      let reported = 0;
      for (let i = 0; i < 20; i++) {
        const { reserved } = await send(client);
        if (granted(reserved).reported) reported++;
      }
      expect(reported).toBeGreaterThanOrEqual(5);
    });

    test('given 40 sends at once from one address, when they are decided, then no more go through than one after the other', async () => {
      const alone = await given(requestOf('alone'));
      // On a cluster, whose slots are charged one after the other, a crowd may also be told that it takes too long.
      const answers = await Promise.allSettled(Array.from({ length: 40 }, () => send(requestOf('burst'))));
      const through = wentThrough(answers);
      expect(through).toBeGreaterThan(0);
      expect(through).toBeLessThanOrEqual(alone);
    });

    test('given debts, when a day is over, then they count no more', async () => {
      const client = requestOf('a');
      await given(client);
      expect((await send(client)).reserved.status).toBe('not-allowed');
      await subject().advance(DAY);
      expect((await send(client)).reserved.status).toBe('ok');
    });
  });
}
