import { once } from 'node:events';
import http from 'node:http';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { classifyCode } from '../../src/sms/provider-codes';
import { callSdk } from '../../src/sms/provider-sdk-call';
import { portOf } from './contract';

/** A server that notes the paths that reach it, and answers with what `reply` says. */
async function startServer(reply: http.RequestListener) {
  const paths: string[] = [];
  const server = http.createServer((request, response) => {
    paths.push(request.url ?? '');
    reply(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { paths, port: portOf(server), close };
}

/** What an SDK would do: one request, its body as text. */
async function get(port: number, path: string): Promise<string> {
  const request = http.get({ host: '127.0.0.1', port, path });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  let body = '';
  for await (const chunk of response) body += chunk;
  return body;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a call of an SDK', () => {
  test('its second request never goes out: the first may have sent the message', async () => {
    const server = await startServer((request, response) => {
      if (request.url === '/first') response.destroy();
      else response.end('sent again');
    });
    const reply = await callSdk(() => get(server.port, '/first').catch(() => get(server.port, '/retry')), 500);
    await pause(100);
    server.close();
    expect(reply).toMatchObject({ sent: true });
    expect(server.paths).toEqual(['/first']);
  });

  test('a request that it makes after the time-out never goes out', async () => {
    const server = await startServer((_, response) => response.end('sent'));
    const late = async () => {
      await pause(100);
      return get(server.port, '/late').catch(() => 'dropped');
    };
    expect(await callSdk(late, 50)).toEqual({ failure: 'timeout', sent: true });
    await pause(200);
    server.close();
    expect(server.paths).toEqual([]);
  });

  test('the connection is cut when the time is up, though the SDK would wait on', async () => {
    let cut = false;
    const server = await startServer((_, response) => {
      response.on('close', () => {
        cut = true;
      });
    });
    expect(await callSdk(() => get(server.port, '/silent').catch(() => ''), 50)).toMatchObject({ failure: 'timeout' });
    await pause(100);
    server.close();
    expect(cut).toBe(true);
  });

  describe('a packed answer', () => {
    const send = async (encoding: string, body: Buffer) => {
      const server = await startServer((_, response) => {
        response.writeHead(200, { 'content-encoding': encoding }).end(body);
      });
      const reply = await callSdk(() => get(server.port, '/'), 15_000);
      server.close();
      return reply;
    };
    const TEXT = Buffer.from('{"Code":"Ok","Message":"发送成功"}');
    const LARGE = Buffer.alloc(2 ** 25);

    test.each([
      ['gzip', gzipSync],
      ['deflate', deflateSync],
      ['br', brotliCompressSync],
    ])('with %s is read, and not where 32 MB come out of it', async (encoding, pack) => {
      expect(await send(encoding, pack(TEXT))).toEqual({ answer: TEXT.toString() });
      expect(await send(encoding, pack(TEXT.subarray(0, 0)))).toEqual({ answer: '' });
      expect(await send(encoding, pack(LARGE).subarray(0, 65_536))).toMatchObject({
        failure: 'unreadable',
        sent: true,
      });
    });

    test.each([
      ['GZIP', gzipSync],
      ['x-gzip', gzipSync],
      ['deflate', deflateRawSync],
      ['identity', (plain: Buffer) => plain],
    ])('with %s, as some servers write it, is read', async (encoding, pack) => {
      expect(await send(encoding, pack(TEXT))).toEqual({ answer: TEXT.toString() });
    });

    test.each(['gzip', 'zstd', 'gzip, br', 'toString'])('with %s that it is not is not read', async (encoding) => {
      expect(await send(encoding, TEXT)).toMatchObject({ failure: 'unreadable', sent: true });
    });
  });

  test('an answer that breaks off ends the call, though the SDK waits for the rest', async () => {
    const server = await startServer((_, response) => {
      response.writeHead(200, { 'Content-Length': 100 }).write('half');
      setTimeout(() => response.socket?.end(), 10);
    });
    const started = performance.now();
    const deaf = async () => {
      await get(server.port, '/half').catch(() => pause(20_000));
    };
    expect(await callSdk(deaf, 15_000)).toMatchObject({ sent: true });
    server.close();
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

test.each([
  ['LimitExceeded', 'throttled'],
  ['LimitExceeded.PhoneNumberDailyLimit', 'throttled'],
  ['LimitExceededX', 'unknown'],
  ['LimitExceededX.Daily', 'unknown'],
  ['XLimitExceeded.Daily', 'unknown'],
])('the family LimitExceeded.* makes %s %s', (code, expected) => {
  expect(classifyCode({ refused: [], throttled: ['LimitExceeded.*'], misconfigured: [] }, code)).toBe(expected);
});
