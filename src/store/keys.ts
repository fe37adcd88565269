import type { LimitRule, SlidingWindowLimit } from '../limits/sliding-window-limit';

/** What a limit's key is called beside its subject. */
const LIMIT_NAMES: Readonly<Record<LimitRule, string>> = {
  cooldown: 'cooldown',
  'mobile-hour': 'hour',
  'mobile-day': 'day',
  'client-hour': 'sms',
  'network-hour': 'sms',
  budget: 'budget:day',
  'country-budget': 'budget:day',
  'client-countries': 'countries',
  'captcha-minute': 'captchas',
  'captcha-network-minute': 'captchas',
  'captcha-unsolved': 'unsolved',
  'captcha-network-unsolved': 'unsolved',
  'captchas-live': 'captchas:live',
  'captcha-parent-live': 'captchas:live',
  'captcha-device-minute': 'captchas',
  'verify-hour': 'verifications',
  'guess-hour': 'guesses',
  'device-day': 'day',
};

/**
 * Every key of the store. Other services of the shop read `img:{uuid}` and `sms:{mobile}`: see docs/guarantees.md before changing a
 * name. What belongs to a mobile shares the hash tag of its code, so that in a Redis Cluster one script reaches all of it; what
 * belongs to a client, a network, a parent of networks or a device has a tag of its own.
 */
export class StoreKeys {
  /** @param prefix put before every name, so that several shops can share one database (REDIS_KEY_PREFIX). */
  constructor(private readonly prefix = '') {}

  /** The captcha's text. */
  captcha(uuid: string): string {
    return `${this.prefix}img:${uuid}`;
  }

  /**
   * The latest code of a mobile as six plain digits. A number abroad stands there without its plus, but for those that begin with +1:
   * without it, their eleven digits could be a mainland number.
   */
  code(mobile: string): string {
    return `${this.prefix}sms:${mobile.replace(/^\+(?!1)/, '')}`;
  }

  /** `code:PURPOSE:uuid` of the latest code that this server wrote: what else stands under `sms:{mobile}` is another service's. */
  latest(mobile: string): string {
    return this.ofMobile(mobile, 'latest');
  }

  /** One request for a code, named by the captcha that was spent on it; lives as long as its code. */
  request(mobile: string, uuid: string): string {
    return this.ofMobile(mobile, `request:${uuid}`);
  }

  /** The request that a value under `latest` names, and the end of codes of its purpose. */
  ofLatest(mobile: string, latest: string): [request: string, ended: string] {
    const [, purpose = '', ...uuid] = latest.split(':');
    return [this.request(mobile, uuid.join(':')), this.ended(mobile, purpose)];
  }

  /** When a right code last ended all codes of that mobile and purpose, ms since the epoch. */
  ended(mobile: string, purpose: string): string {
    return this.ofMobile(mobile, `ended:${purpose}`);
  }

  /** `code:count`, the wrong tries at a code that another service wrote; lives as long as that code. */
  attempts(mobile: string): string {
    return this.ofMobile(mobile, 'attempts');
  }

  /** Wrong codes in a row over all requests. At its limit it stays for the time that the mobile is locked. */
  failures(mobile: string): string {
    return this.ofMobile(mobile, 'failures');
  }

  /** What an operator decided for the mobile, `blocked` or `allowed`, since when and why. */
  listed(mobile: string): string {
    return this.ofMobile(mobile, 'listed');
  }

  /** What happened to the mobile lately, for operators. */
  history(mobile: string): string {
    return this.ofMobile(mobile, 'history');
  }

  /** A request that waits for a message from the mobile, named by the captcha that was spent on it. */
  inbound(mobile: string, uuid: string): string {
    return this.ofMobile(mobile, `inbound:${uuid}`);
  }

  /** Which of them waits for the text with this code. */
  inboundCode(mobile: string, code: string): string {
    return this.ofMobile(mobile, `inbound-code:${code}`);
  }

  /** Messages to the mobile that nobody confirmed yet, and who asked for them. */
  unpaid(mobile: string): string {
    return this.ofMobile(mobile, 'unpaid');
  }

  /** What a client, a network or the parent of networks owes and has confirmed. */
  standing(kind: 'client' | 'network' | 'parent', id: string): string {
    return `{${this.prefix}${kind}:${id}}:allowance`;
  }

  /** Messages that a pool of allowances paid for. */
  pool(name: string): string {
    return `${this.prefix}allowance:${name}`;
  }

  /** When allowances were first charged. */
  allowancesStarted(): string {
    return `${this.prefix}allowance:started`;
  }

  /** When a number was last confirmed; the id is a keyed hash of it. */
  person(id: string): string {
    return `${this.prefix}person:${id}`;
  }

  /** What became of a message: a line for each step. */
  message(smsId: string): string {
    return `${this.prefix}message:${smsId}`;
  }

  /** The message that a provider means by a reference of its own. */
  reference(reference: string): string {
    return `${this.prefix}message:of:${reference}`;
  }

  /** How often what happened in five minutes, for operators. */
  tally(index: number): string {
    return `${this.prefix}tally:${index}`;
  }

  /** What operators changed, until a server writes it into its log. */
  audit(): string {
    return `${this.prefix}tally:audit`;
  }

  /** A key of every beginning that there is, each of no meaning: a start tries whether all can be written. */
  probes(): string[] {
    const subjects = ['client', 'network', 'parent', 'device'].map((kind) => `{${this.prefix}${kind}:probe}:probe`);
    const others = ['budget', 'captchas', 'allowance', 'person', 'message', 'tally'];
    return [
      this.captcha('probe'),
      this.code('probe'),
      this.ofMobile('probe', 'probe'),
      ...subjects,
      ...others.map((name) => `${this.prefix}${name}:probe`),
    ];
  }

  /** The prefix, for scripts that build keys of standings and pools themselves. */
  get scriptPrefix(): string {
    return this.prefix;
  }

  /** The log of what a limit counted. */
  limit({ rule, subject }: Pick<SlidingWindowLimit, 'rule' | 'subject'>): string {
    const name = LIMIT_NAMES[rule];
    if (subject.kind === 'everyone') return `${this.prefix}${name}`;
    if (subject.kind === 'country') return `${this.prefix}${name}:${subject.id}`;
    if (subject.kind === 'mobile') return this.ofMobile(subject.id, name);
    return `{${this.prefix}${subject.kind}:${subject.id}}:${name}`;
  }

  private ofMobile(mobile: string, name: string): string {
    return `{${this.code(mobile)}}:${name}`;
  }
}
