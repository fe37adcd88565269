import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LimitRule, Subject } from '../../src/limits/sliding-window-limit';
import { StoreKeys } from '../../src/store/keys';

const MOBILE = '13800138000';
const keys = new StoreKeys();

/** A limit that counts each kind of subject. */
const COUNTED: Readonly<Record<Subject['kind'], LimitRule>> = {
  mobile: 'mobile-day',
  client: 'client-hour',
  network: 'network-hour',
  parent: 'captcha-parent-live',
  country: 'country-budget',
  device: 'device-day',
  everyone: 'budget',
};

/** A key of every kind that the server uses. */
const USED = [
  keys.captcha('6f1c'),
  keys.code(MOBILE),
  keys.request(MOBILE, '6f1c'),
  ...(['client', 'network', 'parent'] as const).map((kind) => keys.standing(kind, 'hash')),
  ...Object.entries(COUNTED).map(([kind, rule]) => keys.limit({ rule, subject: { kind, id: 'hash' } as Subject })),
  keys.limit({ rule: 'captchas-live', subject: { kind: 'everyone' } }),
  keys.allowancesStarted(),
  keys.person('hash'),
  keys.message('3f2b'),
  keys.tally(0),
];

test('a start tries a key of every beginning', () => {
  const beginnings = (list: readonly string[]) => new Set(list.map((key) => key.split(':', 1)[0]));
  expect(beginnings(keys.probes())).toEqual(beginnings(USED));
});

const read = (file: string) => readFileSync(join(__dirname, '../../docs', file), 'utf8');
const missing = (prefixes: readonly string[]) =>
  USED.filter((key) => !prefixes.some((prefix) => key.startsWith(prefix)));

test.each(['sharing.md', 'sharing.zh-CN.md'])('the user of %s may touch every key that the server uses', (file) => {
  const user = /^ACL SETUSER verification .*$/m.exec(read(file))?.[0] ?? '';
  const patterns = [...user.matchAll(/ ~(\S+)\*/g)].map(([, prefix = '']) => prefix);
  expect(patterns.length).toBeGreaterThan(5);
  expect(missing(patterns)).toEqual([]);
});

test('docs/operations.md names the beginning of every key', () => {
  const sentence = /The keys begin with ([^.]*)\./.exec(read('operations.md'))?.[1] ?? '';
  const prefixes = [...sentence.matchAll(/`([^`]+)`/g)].map(([, prefix = '']) => prefix);
  expect(prefixes.length).toBeGreaterThan(5);
  expect(missing(prefixes)).toEqual([]);
});
