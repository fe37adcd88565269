import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import path from 'node:path';
import { createRonglianSender } from '../../src/sms/ronglian/ronglian-sender';
import { signRonglian } from '../../src/sms/ronglian/ronglian-signature';
import { describeSmsSender, newMessage, PATIENT_MS, portOf } from './contract';
import { startRonglianStandIn } from './stand-in/ronglian-stand-in';

const ACCOUNT = { accountSid: 'aaf98f894f4fbec2014f5b3cc2c1017b', authToken: 'd5c8e2ab0f3e4d6c9b7a1f2e3d4c5b6a' };
const SETTINGS = { ...ACCOUNT, appId: '8aaf070862dcd80b', templateId: '1', timeoutMs: PATIENT_MS };

describeSmsSender('ronglian', {
  start: () => startRonglianStandIn(ACCOUNT),
  connect: async (baseUrl, timeoutMs) => createRonglianSender({ ...SETTINGS, timeoutMs, baseUrl }),
  connectWithWrongSecret: async (baseUrl, timeoutMs) =>
    createRonglianSender({ ...SETTINGS, timeoutMs, authToken: 'wrong-secret', baseUrl }),
  codes: {
    refused: ['112316', '160042', '112317', '160034'],
    throttled: ['111111', '112314', '160015', '160021', '160022', '160038', '160039', '160040', '160041'],
    misconfigured: [
      ...['111109', '111101', '111108', '111115', '111141', '111181', '111212', '111142', '160014', '112310'],
      ...['113302', '112311', '112323', '160032', '160043', '160033', '160049'],
    ],
    unknown: ['160000', '160010', '160050', '111001', '111099', '999999'],
  },
  ofSome: ['112310', '113302', '160032', '160043', '160033'],
  wordless: ['{}', 'null', '[]', '{"templateSMS":{"smsMessageSid":"ff8080813c373cab013c94b0f0512345"}}'],
  expectRequest: ({ method, path, headers, body }, message) => {
    expect(`${method} ${path}`).toBe(`POST /2013-12-26/Accounts/${ACCOUNT.accountSid}/SMS/TemplateSMS`);
    expect(headers).toMatchObject({ accept: 'application/json', 'content-type': 'application/json;charset=utf-8' });
    expect(JSON.parse(body)).toEqual({
      to: message.mobile,
      appId: SETTINGS.appId,
      templateId: '1',
      datas: [message.code, String(message.minutes)],
      reqId: message.id,
    });
  },
});

describe('Ronglian signature', () => {
  // 2026-01-01 00:00:00 UTC is 08:00:00 of the same day in China.
  const at = new Date('2026-01-01T00:00:00Z');
  const literal = 'aaf98f894f4fbec2014f5b3cc2c1017bd5c8e2ab0f3e4d6c9b7a1f2e3d4c5b6a20260101080000';

  test('is the upper-case MD5 of account, token and timestamp, as md5sum computes it', () => {
    expect(signRonglian({ ...ACCOUNT, at })).toEqual({
      timestamp: '20260101080000',
      sig: 'D4DD3608F6C2695BE1ABD71E11D53666',
      authorization: 'YWFmOThmODk0ZjRmYmVjMjAxNGY1YjNjYzJjMTAxN2I6MjAyNjAxMDEwODAwMDA=',
    });
    expect(createHash('md5').update(literal).digest('hex').toUpperCase()).toBe('D4DD3608F6C2695BE1ABD71E11D53666');
  });

  // A process of its own, because a running one may keep the zone it started with.
  test.each([
    { zone: 'America/Los_Angeles', localHour: 8 },
    { zone: 'Pacific/Kiritimati', localHour: 6 },
  ])('tells China time on a machine in $zone, across midnight and new year', ({ zone, localHour }) => {
    const script = `
      const { signRonglian } = require('./src/sms/ronglian/ronglian-signature.ts');
      const at = new Date('2025-12-31T16:00:01Z');
      const { timestamp } = signRonglian({ accountSid: 'a', authToken: 'b', at });
      process.stdout.write(JSON.stringify({ timestamp, localHour: at.getHours() }));`;
    const answer = execFileSync(process.execPath, ['--require', 'tsx/cjs', '--eval', script], {
      cwd: path.join(__dirname, '../..'),
      env: { ...process.env, TZ: zone },
    });
    expect(JSON.parse(answer.toString())).toEqual({ timestamp: '20260101000001', localHour });
  });
});

describe('Ronglian sender', () => {
  test('signs with the time of its clock', async () => {
    const standIn = await startRonglianStandIn(ACCOUNT);
    const clock = () => Date.UTC(2026, 0, 1);
    await createRonglianSender({ ...SETTINGS, baseUrl: `${standIn.url}/` }, { clock }).send(newMessage());
    await standIn.close();
    expect(standIn.requests[0]?.query.get('sig')).toBe('D4DD3608F6C2695BE1ABD71E11D53666');
  });

  test('a host without an address: refused', async () => {
    const baseUrl = 'http://sms.invalid';
    const outcome = await createRonglianSender({ ...SETTINGS, baseUrl, timeoutMs: 2000 }).send(newMessage());
    expect(outcome).toMatchObject({ class: 'refused', fault: 'provider' });
  });

  test.each([
    { status: 404, body: '<html>not found</html>', expected: { class: 'unknown', providerCode: 'http-404' } },
    { status: 503, body: '{"statusCode":"160042"}', expected: { class: 'unknown', providerCode: 'http-503' } },
    { status: 302, body: '{"statusCode":"000000"}', expected: { class: 'unknown', providerCode: 'http-302' } },
    { status: 400, body: '{"statusCode":"160042"}', expected: { class: 'refused', providerCode: '160042' } },
    { status: 400, body: '{"statusCode":"000000"}', expected: { class: 'unknown', providerCode: 'http-400' } },
    {
      status: 200,
      body: '{"statusCode":"not a code: 13800138000"}',
      expected: { class: 'unknown', providerCode: 'unreadable' },
    },
    { status: 200, body: '{}', expected: { class: 'unknown', providerCode: 'unreadable' } },
    { status: 200, body: 'null', expected: { class: 'unknown', providerCode: 'unreadable' } },
    { status: 200, body: '{"statusCode":"000000"}', expected: { class: 'accepted', providerCode: '000000' } },
  ])('HTTP $status with $body: $expected.class', async ({ status, body, expected }) => {
    const server = createServer((_request, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${portOf(server)}`;
    const outcome = await createRonglianSender({ ...SETTINGS, baseUrl }).send(newMessage());
    server.closeAllConnections();
    server.close();
    expect(outcome).toMatchObject(expected);
  });

  test('a base URL of another scheme is turned down when the sender is made', () => {
    expect(() => createRonglianSender({ ...SETTINGS, baseUrl: 'ftp://127.0.0.1' })).toThrow(/https:\/\//);
  });
});
