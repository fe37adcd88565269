import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ApiClient } from '../harness/api-client';
import { describeWithRedis } from '../harness/redis-server';
import { type ServerProcess, startServer } from '../harness/server-process';
import { Shop } from '../harness/shop';

const PRODUCTION = { NODE_ENV: 'production', STORE: 'memory', SMS_PROVIDERS: 'console' };
const NOTHING = { errors: [{ message: 'There is nothing here.', extensions: { code: 'NOT_FOUND' } }] };

/** What codegen and Apollo Sandbox ask first. */
const INTROSPECTION = '{ __schema { queryType { name } } }';

describe('What is for developers', () => {
  let development: ServerProcess;
  let production: ServerProcess;
  let asked: ServerProcess;
  jest.setTimeout(60_000);

  beforeAll(async () => {
    [development, production, asked] = await Promise.all([
      startServer(),
      startServer(PRODUCTION),
      startServer({ ...PRODUCTION, SCHEMA_SDL: 'true' }),
    ]);
  });

  afterAll(() => Promise.all([development?.stop(), production?.stop(), asked?.stop()]));

  test('/dev/captcha tells the answer, and takes nothing', async () => {
    const api = new ApiClient(development.url);
    const { uuid } = await api.imageCaptcha();
    const path = `/dev/captcha?uuid=${uuid}`;
    const response = await fetch(development.url + path);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const answer = (await response.json()) as { text: string };
    expect(Object.keys(answer)).toEqual(['text']);
    expect(await (await fetch(development.url + path)).json()).toEqual(answer);
    const sent = await api.sendSmsCode({ mobile: '13800138000', imageCode: answer.text, uuid: String(uuid) });
    expect(sent.reason).toBe('OK');
    // Spent.
    expect((await fetch(development.url + path)).status).toBe(404);
  });

  test('/dev/last-sms takes a number abroad with its plus, written as it is or as a query wants it', async () => {
    const server = await startServer({ SMS_COUNTRIES: 'CN,HK' });
    const api = new ApiClient(server.url);
    const mobile = '+85251234567';
    const { uuid } = await api.imageCaptcha();
    await api.sendSmsCode({ mobile, imageCode: await api.captchaAnswer(uuid), uuid: String(uuid) });
    for (const written of [mobile, encodeURIComponent(mobile)]) {
      const response = await fetch(`${server.url}/dev/last-sms?mobile=${written}`);
      expect(await response.json()).toEqual({ mobile, code: expect.stringMatching(/^\d{6}$/) });
    }
    await server.stop();
  });

  test('the run that docs/frontend.md shows confirms a number', async () => {
    const book = readFileSync(join(__dirname, '../../docs/frontend.md'), 'utf8');
    const script = /```js\n(const server = [^`]*(?:`[^`\n]+`[^`]*)*?)```/.exec(book)?.[1] ?? '';
    const here = script
      .replace("'http://127.0.0.1:4000'", `'${development.url}'`)
      .replace('13800138000', '13800138001');
    expect(here).toContain(development.url);
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', here]);
    expect(stdout).toBe('OK OK\n');
  });

  test.each(['', '?uuid=', '?uuid=unknown', '?other=1', `?uuid=${'x'.repeat(4_000)}`])(
    '/dev/captcha%s: 404',
    async (query) => {
      const response = await fetch(`${development.url}/dev/captcha${query}`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    },
  );

  test('/dev/captcha and /dev/last-sms are not there in production, whatever else is asked for', async () => {
    for (const server of [production, asked]) {
      const { uuid } = await new ApiClient(server.url).imageCaptcha();
      for (const path of [`/dev/captcha?uuid=${uuid}`, '/dev/last-sms?mobile=13800138000']) {
        const response = await fetch(server.url + path);
        expect(response.status).toBe(404);
        expect(await response.json()).toEqual(NOTHING);
      }
    }
  });

  test('/schema.graphql is the schema, in development and where it is asked for', async () => {
    const file = readFileSync(join(__dirname, '../../schema.graphql'), 'utf8');
    for (const server of [development, asked]) {
      const response = await fetch(`${server.url}/schema.graphql`);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      const text = await response.text();
      expect(text.startsWith('"""')).toBe(true);
      expect(file.endsWith(text)).toBe(true);
    }
    const missing = await fetch(`${production.url}/schema.graphql`);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toEqual(NOTHING);
  });

  test('introspection stays off in production, also beside /schema.graphql', async () => {
    expect((await new ApiClient(development.url).query(INTROSPECTION)).body.errors).toBeUndefined();
    for (const server of [production, asked]) {
      const { body } = await new ApiClient(server.url).query(INTROSPECTION);
      expect(body.data).toBeUndefined();
      expect(body.errors).toHaveLength(1);
    }
  });
});

describeWithRedis('/dev/captcha without a store', () => {
  test('503 in the shape of all errors, within the bounds of the store', async () => {
    const shop = await Shop.open({ REDIS_TIMEOUT_MS: '200' });
    await shop.redisServer.kill();
    const response = await fetch(`${shop.server.url}/dev/captcha?uuid=u`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] });
    await shop.close();
  }, 60_000);
});
