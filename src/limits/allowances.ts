/**
 * The numbers of the allowances: what a client, a network and the shop may leave unconfirmed. The arithmetic over them stands in
 * src/store/memory/allowances.ts, the measurements that chose them in docs/abuse.md (`npm run simulate`).
 *
 * All are plain numbers, so that they can be passed to a script as one list: see `allowanceArguments`.
 */
export interface AllowanceRule {
  /** Unconfirmed messages of a client in an hour, whatever it confirmed; 0: unlimited. */
  perClientHour: number;
  /** For a client with many confirmations a day, so large a share of them instead. */
  perClientShare: number;
  /** Unconfirmed messages of a client, for each of its confirmations a day, that its network's credit ignores. */
  clientCredit: number;
  /** Messages to one mobile in 24 hours after which strange networks may not send it another; not in the first days. */
  strangersPerMobile: number;
  /** Confirmations a day from which a network has credit of its own. */
  ownFrom: number;
  /** The same in the first days. */
  ownFromYoung: number;
  /** Confirmations a day from which a network that has less may leave one message unconfirmed. */
  oneFrom: number;
  /** What that credit is: a base, and so much for each confirmation a day. */
  ownBase: number;
  ownShare: number;
  /** How much of its network's credit a client with so many unconfirmed messages reaches: grade ^ messages. */
  ownGrade: number;
  /** The same for somebody who asks again. */
  ownAgain: number;
  /** Pools: their sizes in messages over 24 hours, and how far down each unconfirmed message more lets one reach. */
  knownSize: number;
  knownGrade: number;
  knownAgain: number;
  unknownSize: number;
  unknownGrade: number;
  unknownAgain: number;
  /** The pool of unknown networks in the first days. */
  youngSize: number;
  youngGrade: number;
  personSize: number;
  personGrade: number;
  deviceSize: number;
  /** What one parent may draw without its networks' credit, as a share of the pool of unknown ones. */
  parentShare: number;
  /** Known numbers and trusted devices reach so many of those shares far: strangers there use up no more than one. */
  personShares: number;
  /** Messages that a pool gives out before it grades. */
  ungraded: number;
}

/** What all may draw on who have no credit of their own: people of known networks, of unknown ones, known numbers, trusted devices. */
export type AllowancePool = 'known' | 'unknown' | 'person' | 'device';

/** What pays for a message until it is confirmed: its network's own credit, or a pool. */
export type AllowanceCharge = 'own' | AllowancePool;

/** Confirmations count for 30 days at most; no state outlives them. */
export const HISTORY_MS = 30 * 24 * 3_600_000;
/** For so long after its first message a shop is young: its networks have had no time to earn credit. */
export const YOUNG_MS = 3 * 24 * 3_600_000;
/** A number that confirms again within this time earns its network the share of it that has passed. */
export const CREDIT_MS = 70 * 24 * 3_600_000;
/** A confirmation pays its mobile's messages of this time; a second message within it is somebody who asks again. */
export const AGAIN_MS = 15 * 60_000;

/** Messages in 24 hours for which one trusted device pays, confirmed or not: what a stolen token is worth. */
export const MESSAGES_PER_DEVICE = 2;

/** Without a budget, the pools are those of the default one. */
const DEFAULT_BUDGET = 10_000;
/** Below this budget the shares are so small that they would refuse people in peace: the smaller it is, the more goes ungraded. */
const SMALL_BUDGET = 1_000;
const SMALL_UNGRADED = 10;
/** The least messages in a pool, unless the budget itself is less. Three times what goes ungraded: one address can't empty it. */
const LEAST_POOL = 30;

/** Shares of the budget. */
const KNOWN_SHARE = 0.03;
const UNKNOWN_SHARE = 0.055;
const YOUNG_SHARE = 0.2;
const PERSON_SHARE = 0.15;
/** Small: 200 numbers of an attacker's own make as many devices trusted, and could draw 400 messages a day. */
const DEVICE_SHARE = 0.01;

/** Captchas a minute for one trusted device. */
export const CAPTCHAS_PER_DEVICE = 10;

/**
 * Captchas that were drawn and answered wrongly or never, in an hour: from one client, from one network. docs/abuse.md says what a
 * carrier's address needs at its busiest.
 */
export const UNSOLVED_CAPTCHAS = Object.freeze({ perClientHour: 1000, perNetworkHour: 2000 });

/**
 * The rule for a budget of messages a day (0: none) and a cap of unconfirmed ones an hour for a client (0: none).
 */
export function allowanceRule(dailyBudget: number, perClientHour: number): AllowanceRule {
  const budget = dailyBudget > 0 ? dailyBudget : DEFAULT_BUDGET;
  const pool = (share: number) => Math.max(Math.round(budget * share), Math.min(budget, LEAST_POOL));
  return Object.freeze({
    perClientHour,
    perClientShare: 0.25,
    clientCredit: 2,
    strangersPerMobile: 5,
    ownFrom: 2,
    ownFromYoung: 1,
    oneFrom: 0.13,
    ownBase: 8,
    ownShare: 0.15,
    ownGrade: 0.1,
    ownAgain: 0.5,
    knownSize: pool(KNOWN_SHARE),
    knownGrade: 0.5,
    knownAgain: 0.5,
    unknownSize: pool(UNKNOWN_SHARE),
    unknownGrade: 0.12,
    unknownAgain: 0.2,
    youngSize: pool(YOUNG_SHARE),
    youngGrade: 0.7,
    personSize: pool(PERSON_SHARE),
    personGrade: 0.8,
    deviceSize: pool(DEVICE_SHARE),
    parentShare: 0.08,
    personShares: 2,
    ungraded: Math.max(0, Math.round(SMALL_UNGRADED * (1 - budget / SMALL_BUDGET))),
  });
}

const TEXTS = new WeakMap<AllowanceRule, string>();

/** The rule's numbers in the order of its interface, for a script; written once, since every send has the same. */
export function allowanceArguments(rule: AllowanceRule): string {
  const text = TEXTS.get(rule) ?? Object.values(rule).join(',');
  TEXTS.set(rule, text);
  return text;
}
