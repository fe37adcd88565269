import type { Client } from '../../src/limits/rules';
import type { VerificationPurpose } from '../../src/sms/purpose';
import type { Caller } from '../../src/verification/sms-code-requests';
import { type Issue, MOBILES, type Pass, type Scenario, type Send, type Verify } from './actions';
import { type Expected, Model } from './model';
import { type StoreUnderTest, TestEnvironment } from './test-environment';

const HOUR = 3_600_000;

/** A real Redis's own clock runs on; beyond this, whole seconds would differ from the model's. */
const MOST_REAL_MS = 900;

/** How often each reason was given, so that a run can show that it met them all. */
export type Tally = Map<string, number>;

/**
 * Runs a scenario on the real services and on the model, and expects the same answers, the same messages, and no cap passed.
 * `realTime`: the store's clock also runs on its own; a scenario that takes too long is left. Answers whether it ran to its end.
 */
export async function runScenario(
  scenario: Scenario,
  stored: StoreUnderTest,
  tally: Tally,
  realTime: boolean,
): Promise<boolean> {
  const run = new ScenarioRun(scenario, stored, tally);
  const start = performance.now();
  for (const action of scenario.actions) {
    const compare = await run.act(action);
    const standing = await run.standing();
    if (realTime && performance.now() - start > MOST_REAL_MS) return false;
    compare();
    run.expectStanding(standing);
  }
  run.expectCapsKept();
  return true;
}

class ScenarioRun {
  private readonly environment: TestEnvironment;
  private readonly model: Model;
  private readonly issued: { uuid: string; text: string }[] = [];
  /** Requests that the store made, the latest first. */
  private readonly requests: { mobile: string; uuid: string; purpose: VerificationPurpose; code: string }[] = [];
  /** Messages that may have reached somebody. */
  private readonly delivered: { mobile: string; client: string; at: number }[] = [];
  private readonly messagesOf = new Map<string, number>();

  constructor(
    private readonly scenario: Scenario,
    stored: StoreUnderTest,
    private readonly tally: Tally,
  ) {
    this.environment = new TestEnvironment(scenario, stored);
    this.model = new Model(scenario);
  }

  /** Acts on the real services; what it returns then compares them with the model. */
  act(action: Issue | Send | Verify | Pass): Promise<() => void> {
    if (action.type === 'pass') return this.pass(action);
    this.environment.fault = action.fault;
    if (action.type === 'issue') return this.issue(action);
    return action.type === 'send' ? this.send(action) : this.verify(action);
  }

  standing(): Promise<(string | null)[] | undefined> {
    return this.environment.standing(MOBILES);
  }

  /** Other services read the latest good code, and what a refund put back. */
  expectStanding(standing: (string | null)[] | undefined): void {
    if (standing) expect(standing).toEqual(MOBILES.map((mobile) => this.model.standingCode(mobile)));
  }

  private async pass({ seconds }: Pass): Promise<() => void> {
    await this.environment.pass(seconds * 1000);
    return () => {
      this.model.now += seconds * 1000;
    };
  }

  private async issue({ client, times, fault }: Issue): Promise<() => void> {
    const results = await atOnce(times, () => this.environment.captchas.issue('IMAGE', known(client), 'zh'));
    return () => {
      const made = results.flatMap(({ uuid, image = '' }) => {
        const text = Buffer.from(image.slice(image.indexOf(',') + 1), 'base64').toString();
        return uuid ? [{ uuid, text }] : [];
      });
      this.issued.unshift(...made);
      const left = [...made];
      const expected = results.map(() => this.model.issue(client, left.shift(), fault));
      this.compare(
        results.map(({ uuid, image, ...result }) => result),
        expected,
      );
    };
  }

  private async send({ type, times, sameCaptcha, captcha, ...call }: Send): Promise<() => void> {
    const { environment, model } = this;
    const { client, mobile, purpose, provider, latency } = call;
    const before = environment.sent.length;
    environment.provider = provider;
    environment.latencyMs = latency * 1000;
    const requests = Array.from({ length: times }, (_, i) => {
      const { uuid, text } = this.issued[captcha + (sameCaptcha ? 0 : i)] ?? { uuid: `none-${i}`, text: 'AAAAA' };
      return {
        mobile,
        purpose,
        uuid,
        imageCode: { right: text, padded: ` ${text.toLowerCase()} `, wrong: 'WRONG' }[call.answer],
      };
    });
    const results = await Promise.all(requests.map((request) => environment.codes.send(request, caller(client))));
    const sent = environment.sent.slice(before);
    return () => {
      const expected = requests.map(({ uuid, imageCode: answer }) =>
        model.send({ ...call, uuid, answer, code: environment.codeOf.get(uuid) ?? '' }),
      );
      for (const uuid of new Set(requests.map((request) => request.uuid))) {
        const code = environment.codeOf.get(uuid);
        if (code && !this.requests.some((one) => one.uuid === uuid))
          this.requests.unshift({ mobile, uuid, purpose, code });
      }
      this.compare(
        results.map(({ smsId, ...result }) => result),
        expected.map(({ sent: _, ...rest }) => rest),
      );
      expect(sent.map((one) => one.mobile)).toEqual(expected.filter((one) => one.sent).map(() => mobile));

      const uuids = new Set(requests.map(({ uuid }) => uuid));
      expect(sent.length).toBeLessThanOrEqual(uuids.size);
      const [only] = uuids;
      if (uuids.size === 1 && only) this.messagesOf.set(only, (this.messagesOf.get(only) ?? 0) + sent.length);
      expect(Math.max(0, ...this.messagesOf.values())).toBeLessThanOrEqual(1);
      if (results.every(({ reason }) => reason === 'SERVICE_UNAVAILABLE')) expect(sent).toEqual([]);
      for (const { at } of sent) {
        if (provider === 'accepted' || provider === 'unknown' || provider === 'throws') {
          this.delivered.push({ mobile, client, at });
        }
      }
    };
  }

  private async verify({ type, client, mobile, times, guess: kind, ...call }: Verify): Promise<() => void> {
    const { environment, model } = this;
    const own = this.requests.filter((one) => one.mobile === mobile);
    const named = {
      mobile: () => own['back' in call.request ? call.request.back : 0],
      other: () => this.requests.find((one) => one.mobile !== mobile),
      stranger: () => undefined,
      nobody: () => undefined,
    }[call.request.of]();
    const uuid = call.request.of === 'nobody' ? undefined : (named?.uuid ?? 'never-asked-for');
    const purpose = call.purpose ?? named?.purpose ?? 'REGISTER';
    // Whoever names no request of this mobile knows its latest code all the same.
    const right = (call.request.of === 'mobile' ? named?.code : own[0]?.code) ?? '135790';
    const wrong = ((Number(right) + 1) % 1_000_000).toString().padStart(6, '0');
    const guess = {
      right,
      padded: ` ${right}\t`,
      wrong,
      another: own.find((one) => one !== named)?.code ?? wrong,
      short: right.slice(1),
      empty: '',
      'full-width': right.replaceAll(/\d/g, (digit) => String.fromCharCode(digit.charCodeAt(0) + 0xfee0)),
    }[kind];
    const request = { mobile, smsCode: guess, uuid, purpose };
    const results = await atOnce(times, () => environment.codes.verify(request, caller(client)));
    return () =>
      this.compare(
        results.map(({ ticket, ...result }) => result),
        results.map(() => model.verify({ client, mobile, uuid, purpose, guess, fault: call.fault })),
      );
  }

  /** Each answer has its like among the expected ones; calls at once may be served in any order. */
  private compare(actual: Expected[], expected: Expected[]): void {
    const inOrder = (results: Expected[]) =>
      results.map((result) => JSON.stringify(result, Object.keys(result).sort())).sort();
    expect(inOrder(actual)).toEqual(inOrder(expected));
    for (const { reason } of actual) this.tally.set(reason, (this.tally.get(reason) ?? 0) + 1);
  }

  /** Without the model: in no window of its length did more messages go out than its cap says. */
  expectCapsKept(): void {
    const { cooldownMs, perMobileHour, perMobileDay, perClientHour, perNetworkHour, dailyBudget } =
      this.scenario.limits;
    const expectKept = (cap: number, length: number, group: (one: { mobile: string; client: string }) => string) => {
      if (cap === 0 || length === 0) return;
      const most = this.delivered.map(({ at, ...last }) => {
        const within = (one: { at: number }) => one.at > at - length && one.at <= at;
        return this.delivered.filter((one) => group(one) === group(last) && within(one)).length;
      });
      expect(Math.max(0, ...most)).toBeLessThanOrEqual(cap);
    };
    expectKept(1, cooldownMs, ({ mobile }) => mobile);
    expectKept(perMobileHour, HOUR, ({ mobile }) => mobile);
    expectKept(perMobileDay, 24 * HOUR, ({ mobile }) => mobile);
    expectKept(perClientHour, HOUR, ({ client }) => client);
    expectKept(perNetworkHour, HOUR, () => 'all');
    expectKept(dailyBudget, 24 * HOUR, () => 'all');
  }
}

/** As the services know a client; all live in one network. */
function known(id: string): Client {
  return { id, network: 'network', parent: 'parent' };
}

function caller(id: string): Caller {
  return { client: known(id), language: 'zh' };
}

function atOnce<T>(times: number, call: () => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, call));
}
