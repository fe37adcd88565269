import type { Dice } from './dice';
import { graphqlBody, PLANTED } from './graphql-bodies';

const [, SECRET] = PLANTED;
const METHODS = [
  'GET',
  'POST',
  'HEAD',
  'PUT',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PRI',
  'get',
  'P\u0000ST',
  '',
  'X'.repeat(300),
  'G ET',
];
const PATHS = [
  ...[
    '/graphql',
    '/',
    '/healthz',
    '/readyz',
    '/dev/last-sms?mobile=%',
    '/assets/',
    '/graphql?query=%7B',
    '*',
    '',
    '\\',
  ],
  ...[
    '/../../etc/passwd',
    '/%2e%2e/%2e%2e',
    '/%00',
    '/%',
    '/%ff',
    '//',
    '///graphql',
    'http://x/graphql',
    'http://',
    'x:80',
    '/?',
    '#',
  ],
  ...[`/${'a'.repeat(9000)}`, `/${'../'.repeat(300)}`, '/graphql#x', '/é', '/graphql;x', `/?${'&a='.repeat(2000)}`],
];
const VERSIONS = ['HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/0.9', 'HTTP/9.9', 'HTTP/1.1 x', 'http/1.1', '', 'HTTP/1.'];
const HEADERS = [
  ...[
    'content-length: -1',
    'content-length: 1e3',
    'content-length: 5, 5',
    'content-length: 99999999999999999999',
    'content-length:',
    'content-length: 3',
  ],
  ...[
    'transfer-encoding: chunked',
    'transfer-encoding: gzip, chunked',
    'transfer-encoding: chunked, identity',
    'transfer-encoding: x',
    'Transfer-Encoding : chunked',
  ],
  ...[
    'expect: 100-continue',
    'expect: x',
    'upgrade: websocket\r\nconnection: upgrade',
    'upgrade: h2c\r\nconnection: upgrade, http2-settings',
    'connection: keep-alive',
    'connection: x, close',
  ],
  ...[
    `cookie: ${SECRET}`,
    `authorization: Bearer ${SECRET}`,
    'x: \u0000',
    'x\u0000: y',
    ': y',
    'no colon',
    ' folded: x',
    'x: y\r\n folded',
    'a: b\nc: d',
    'x: \u00ff',
  ],
  ...[
    `x: ${'y'.repeat(20_000)}`,
    Array.from({ length: 300 }, (_, i) => `h${i}: v`).join('\r\n'),
    'host: a\r\nhost: b',
    'host:',
    'host: \t',
    'host: a:b:c',
  ],
  ...[
    'range: bytes=5-2',
    'range: bytes=-',
    'if-none-match: *',
    'if-modified-since: x',
    'accept-language: \u0001',
    'accept: \ud83d',
    'content-encoding: gzip',
    'trailer: x',
  ],
];
const CHUNKS = [
  '0\r\n\r\n',
  '5\r\nhello\r\n0\r\n\r\n',
  'zz\r\n',
  'ffffffffffffffff\r\n',
  '5\r\nhel',
  '-1\r\n',
  '5;x=y\r\nhello\r\n0\r\nx: y\r\n\r\n',
  '0\r\nx\r\n\r\n',
  '1\r\naa\r\n',
];

/** The bytes of one connection: broken, truncated, doubled or merely odd HTTP. */
export function rawRequest(dice: Dice): Buffer {
  switch (dice.below(12)) {
    case 0:
      return dice.bytes(1 + dice.below(300));
    case 1:
      return Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    case 2:
      // The first bytes of TLS.
      return Buffer.concat([Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]), dice.bytes(200)]);
    case 3:
      return Buffer.from(
        dice.mutated(head(dice, 'POST', '/graphql', ['content-type: application/json']), [
          '\r',
          '\n',
          '\u0000',
          ':',
          ' ',
          '\r\n\r\n',
        ]),
        'latin1',
      );
    case 4:
      return Buffer.from(
        head(dice, 'POST', '/graphql', ['content-type: application/json', 'transfer-encoding: chunked']) +
          dice.pick(CHUNKS),
        'latin1',
      );
    case 5: {
      // Less than it says, or more, which is then read as the next request.
      const body = Buffer.from(graphqlBody(dice));
      const length = Math.max(0, body.length + dice.below(60) - 30);
      return Buffer.concat([
        Buffer.from(head(dice, 'POST', '/graphql', ['content-type: application/json', `content-length: ${length}`])),
        body,
      ]);
    }
    case 6: {
      // Several requests at once.
      const body = '{"query":"{ __typename }"}';
      const one = `${head(dice, 'POST', '/graphql', ['content-type: application/json', `content-length: ${body.length}`])}${body}`;
      return Buffer.from(one.repeat(2 + dice.below(6)) + dice.pick(['', 'x', 'GET', one.slice(0, 40)]));
    }
    case 7:
      // Both lengths at once: the ground of request smuggling.
      return Buffer.from(
        `${head(dice, 'POST', '/graphql', ['content-length: 6', 'transfer-encoding: chunked'])}${dice.pick(CHUNKS)}GET /x HTTP/1.1\r\n\r\n`,
      );
    default:
      return Buffer.from(
        head(
          dice,
          dice.pick(METHODS),
          dice.pick(PATHS),
          Array.from({ length: dice.below(4) }, () => dice.pick(HEADERS)),
          dice.pick(VERSIONS),
        ) + dice.pick(['', SECRET, '{}', ...CHUNKS]),
        'latin1',
      );
  }
}

function head(dice: Dice, method: string, path: string, headers: readonly string[], version = 'HTTP/1.1'): string {
  const host = dice.oneIn(20) ? [] : ['host: x'];
  const end = dice.oneIn(15) ? '\n\n' : '\r\n\r\n';
  return [`${method} ${path} ${version}`, ...host, ...headers].join('\r\n') + end;
}
