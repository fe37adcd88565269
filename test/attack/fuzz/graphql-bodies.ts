import type { Dice } from './dice';

/** Stand where arguments stand; no answer and no log line may repeat them. */
export const PLANTED = ['13987654321', 'Pl4ntedS3cret'] as const;
const [MOBILE, SECRET] = PLANTED;

const QUERIES = [
  '{ imageCaptcha { code errmsg reason retryAfter uuid image expiresIn } }',
  'query Q($k: CaptchaKind! = IMAGE) { imageCaptcha(kind: $k) { __typename ... on VerificationResult { code } } }',
  `mutation { sendSmsCode(mobile: "${MOBILE}", imageCode: "${SECRET}", uuid: "${SECRET}") { code reason } }`,
  `mutation { verifySmsCode(mobile: "${MOBILE}", smsCode: "${SECRET}") { ...F } } fragment F on SmsCodeVerified { code }`,
  'mutation M($mobile: String!, $imageCode: String!, $uuid: String!) { sendSmsCode(mobile: $mobile, imageCode: $imageCode, uuid: $uuid) { code } }',
  'mutation ($mobile: String!, $smsCode: String!) { verifySmsCode(mobile: $mobile, smsCode: $smsCode) { code attemptsLeft } }',
  `mutation ($uuid: String, $purpose: VerificationPurpose! = LOGIN) { verifySmsCode(mobile: "${MOBILE}", smsCode: "1", uuid: $uuid, purpose: $purpose) { code } }`,
  '{ verificationSettings { codeLength codeExpiresIn cooldown captchaKinds countries purposes tickets } }',
  '{ __schema { types { name fields { name args { name defaultValue } } } } }',
  '{ __typename @skip(if: true) @include(if: false) }',
] as const;

const SPLINTERS = [
  ...['{', '}', '(', ')', '[', ']', ':', '!', '$', '@', '...', '|', '&', '=', '"', '"""', '\\', '#', ',', ' ', '\n'],
  ...['\u0000', '\ufeff', '\u2028', '\ud800', '\udc00', '😀', '\\u{110000}', '\\ud800', '\\x'],
  ...[
    'null',
    'true',
    '1e999',
    '-0',
    '0x1',
    '9'.repeat(400),
    'on',
    'fragment F on F',
    'query',
    '__proto__',
    'constructor',
  ],
  ...[
    '@defer',
    '@stream',
    '@skip',
    '@deprecated',
    'subscription { x }',
    'a'.repeat(1000),
    'extend type Query',
    '$__proto__',
  ],
];

const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'mobile',
  'smsCode',
  'imageCode',
  'uuid',
  'purpose',
  'k',
  '',
];

/** A query text that may be anything. */
function query(dice: Dice): string {
  const n = 1 + dice.below(400);
  switch (dice.below(16)) {
    case 0:
      return `${'{ a '.repeat(n)}${'}'.repeat(n)}`;
    case 1:
      return `{ imageCaptcha(kind: ${'['.repeat(n)}${']'.repeat(n)}) { code } }`;
    case 2:
      return `mutation { verifySmsCode(mobile: ${'{a:'.repeat(n)}"${SECRET}"${'}'.repeat(n)}, smsCode: "1") { code } }`;
    case 3:
      return `mutation { verifySmsCode(mobile: "${SECRET.repeat(n)}", smsCode: """${SECRET.repeat(n % 9)}""") { code } }`;
    case 4:
      return `{ ${Array.from({ length: n }, (_, i) => `a${i}: imageCaptcha { code }`).join(' ')} }`;
    case 5:
      return `{ ...F0 } ${Array.from({ length: n % 60 }, (_, i) => `fragment F${i} on Query { ...F${i + 1} ...F${dice.below(60)} }`).join(' ')}`;
    case 6:
      return `query (${Array.from({ length: n % 90 }, (_, i) => `$v${i}: String = "${SECRET}"`).join(' ')}) { __typename }`;
    case 7:
      return `{ __schema { types { ${'ofType { '.repeat(n % 30)}name${' }'.repeat(n % 30)} } } }`;
    case 8:
      return `${'#'.repeat(n)}\n${' ,'.repeat(n)}{ __typename }`;
    default:
      return dice.mutated(dice.pick(QUERIES), SPLINTERS);
  }
}

/** A JSON value that may be anything; its texts are marked. */
function value(dice: Dice, depth = 0): unknown {
  switch (dice.below(depth > 4 ? 8 : 11)) {
    case 0:
      return null;
    case 1:
      return dice.oneIn(2);
    case 2:
      return dice.pick([0, -1, 1.5, 2 ** 53, 1e308, Number(MOBILE)]);
    case 3:
      return MOBILE;
    case 4:
      return SECRET;
    case 5:
      return `${SECRET}\u0000\ud800${'x'.repeat(dice.below(500))}`;
    case 6:
      return '';
    case 7:
      return `${MOBILE}\n`;
    case 8:
      return Array.from({ length: dice.below(5) }, () => value(dice, depth + 1));
    default:
      return record(dice, () => value(dice, depth + 1));
  }
}

function record(dice: Dice, member: () => unknown): object {
  const members = Array.from({ length: dice.below(5) }, () => [dice.pick(NAMES), member()]);
  // Not by assignment, which would set the prototype instead of writing the name.
  return Object.fromEntries(members);
}

/** The text of a request's body that may be anything. */
export function graphqlBody(dice: Dice): string | Buffer {
  switch (dice.below(14)) {
    case 0:
      return JSON.stringify(value(dice)) ?? '';
    case 1:
      return JSON.stringify(Array.from({ length: dice.below(8) }, () => ({ query: query(dice) })));
    case 2:
      return JSON.stringify({
        query: value(dice),
        variables: value(dice),
        operationName: value(dice),
        extensions: value(dice),
      });
    case 3:
      return dice.mutated(JSON.stringify({ query: query(dice), variables: value(dice) }), SPLINTERS);
    case 4:
      return Buffer.concat([
        Buffer.from(`{"query":"{ __typename }","variables":{"mobile":"${SECRET}`),
        dice.bytes(40),
        Buffer.from('"}}'),
      ]);
    case 5:
      return `{"query":${'['.repeat(dice.below(8000))}`;
    case 6:
      return `{"query":"{ __typename }","variables":${'{"a":'.repeat(1500)}"${SECRET}"${'}'.repeat(1500)}}`;
    case 7:
      return `{"query":"{ __typename }","query":${JSON.stringify(query(dice))},"__proto__":{"query":"${SECRET}"},"variables":{"__proto__":{"mobile":"${MOBILE}"}}}`;
    case 8:
      return JSON.stringify({ query: '{ __typename }', padding: SECRET.repeat(dice.below(2500)) });
    case 9:
      return JSON.stringify({ query: query(dice), operationName: dice.pick(['Q', 'M', '', '__proto__', SECRET]) });
    default:
      return JSON.stringify({
        query: query(dice),
        variables: record(dice, () => value(dice)),
        ...(dice.oneIn(4) && { extensions: { persistedQuery: value(dice), [dice.pick(NAMES)]: value(dice) } }),
      });
  }
}

/** Headers of a request that may be anything, within what HTTP allows. */
export function requestHeaders(dice: Dice): Record<string, string> {
  const text = () =>
    dice.pick(['', '*', '*/*', 'a', ';', ',,,', 'q=', `${SECRET};q=1`, 'x'.repeat(2000), 'zh;q=a,en;q=1e9', '\t', 'é']);
  const headers: Record<string, string> = {
    'content-type': dice.oneIn(5)
      ? dice.pick([
          'text/plain',
          'application/json; charset=utf-16',
          'application/json;',
          'multipart/form-data',
          ';',
          '',
        ])
      : 'application/json',
  };
  const names = [
    'accept',
    'accept-language',
    'x-forwarded-for',
    'origin',
    'cookie',
    'authorization',
    'accept-encoding',
  ];
  for (const name of [...names, 'content-encoding', 'x-apollo-operation-name', 'range', 'if-none-match', 'te']) {
    if (!dice.oneIn(12)) continue;
    // The first origin that is refused stands in the log by design, for whoever forgot it in CORS_ORIGINS.
    headers[name] = name === 'origin' ? text().replaceAll(SECRET, 'origin') : text();
  }
  return headers;
}
