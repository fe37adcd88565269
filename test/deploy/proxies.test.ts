import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MAX_PUSH_BYTES } from '../../src/http/provider-pushes';
import { MAX_BODY_BYTES } from '../../src/http/request-body';
import { IMAGE_CAPTCHA } from '../harness/api-client';
import { describeWithProgram } from '../harness/describe-where';
import { freePort } from '../harness/free-port';
import { type ServerProcess, startServer } from '../harness/server-process';
import { waitUntil } from '../harness/wait-until';
import { RECEIPT_PROVIDERS } from '../sms/stand-in/receipt-pushes';

const SECRET = 'b1946ac92492d2347c6235b4d2611184';

const sample = (file: string) => readFileSync(join(__dirname, '../../deploy', file), 'utf8');

interface Ports {
  https: number;
  http: number;
  server: number;
  metrics: number;
}

/** Writes the sample, with this machine's ports and a certificate of its own, into the folder; the command that runs the proxy. */
type Prepare = (folder: string, ports: Ports) => { check: string[]; run: string[] };

const nginx: Prepare = (folder, { https, http, server, metrics }) => {
  const key = join(folder, 'key.pem');
  const certificate = join(folder, 'certificate.pem');
  const subject = ['-subj', '/CN=sms.shop.example', '-days', '1', '-nodes', '-newkey', 'rsa:2048'];
  execFileSync('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  const site = sample('nginx.conf')
    .replace(/listen 80;/, `listen 127.0.0.1:${http};`)
    .replace(/listen 443 /, `listen 127.0.0.1:${https} `)
    .replace('/etc/letsencrypt/live/sms.shop.example/fullchain.pem', certificate)
    .replace('/etc/letsencrypt/live/sms.shop.example/privkey.pem', key)
    .replace('127.0.0.1:4000', `127.0.0.1:${server}`)
    .replace('127.0.0.1:9464', `127.0.0.1:${metrics}`);
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const paths = kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ');
  const file = join(folder, 'nginx.conf');
  const main = `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr; events {}`;
  writeFileSync(file, `${main}\nhttp { access_log off; ${paths}\n${site}}\n`);
  const command = ['nginx', '-e', 'stderr', '-p', folder, '-c', file];
  return { check: [...command, '-t'], run: command };
};

const caddy: Prepare = (folder, { https, http, server, metrics }) => {
  const own = `{\n\tadmin off\n\tskip_install_trust\n\thttp_port ${http}\n\thttps_port ${https}\n}\n`;
  const site = sample('Caddyfile')
    .replace('sms.shop.example {', 'sms.shop.example {\n\tbind 127.0.0.1\n\ttls internal')
    .replace('127.0.0.1:4000', `127.0.0.1:${server}`)
    .replace('127.0.0.1:9464', `127.0.0.1:${metrics}`);
  const file = join(folder, 'Caddyfile');
  writeFileSync(file, own + site);
  const arguments_ = ['--config', file, '--adapter', 'caddyfile'];
  return { check: ['caddy', 'validate', ...arguments_], run: ['caddy', 'run', ...arguments_] };
};

for (const [program, file, prepare] of [
  ['nginx', 'deploy/nginx.conf', nginx],
  ['caddy', 'deploy/Caddyfile', caddy],
] as const) {
  describeWithProgram(program, file, () => {
    let folder: string;
    let server: ServerProcess;
    let port: number;
    let metrics: number;
    let stop: () => Promise<void>;
    jest.setTimeout(60_000);

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), `${program}-`));
      metrics = await freePort();
      server = await startServer({
        NODE_ENV: 'production',
        STORE: 'memory',
        SMS_PROVIDERS: 'aliyun',
        ...RECEIPT_PROVIDERS.find(({ name }) => name === 'aliyun')?.environment('http://127.0.0.1:9'),
        RECEIPTS_SECRET: SECRET,
        METRICS_PORT: String(metrics),
        TRUST_PROXY: '1',
        CAPTCHA_PER_CLIENT_MINUTE: '2',
      });
      port = await freePort();
      const { check, run } = prepare(folder, { https: port, http: await freePort(), server: server.port, metrics });
      const env = { PATH: process.env.PATH, HOME: folder };
      execFileSync(check[0] ?? '', check.slice(1), { env, stdio: 'pipe' });
      const child = spawn(run[0] ?? '', run.slice(1), { env, stdio: 'ignore' });
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      stop = async () => {
        child.kill('SIGTERM');
        await gone;
      };
      await waitUntil('the proxy answers', () =>
        ask('/healthz').then(
          ({ status }) => status === 200,
          () => false,
        ),
      );
    });

    afterAll(async () => {
      await stop?.();
      await server?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    function ask(path: string, { body = '', from = '127.0.0.1', headers = {} } = {}) {
      return new Promise<{ status: number; type: unknown; text: string; secure: unknown }>((resolve, reject) => {
        const sent = request(
          {
            host: '127.0.0.1',
            port,
            path,
            method: body ? 'POST' : 'GET',
            localAddress: from,
            servername: 'sms.shop.example',
            rejectUnauthorized: false,
            agent: false,
            headers: { host: 'sms.shop.example', ...(body && { 'content-type': 'application/json' }), ...headers },
          },
          (response) => {
            let text = '';
            response.setEncoding('utf8').on('data', (part) => {
              text += part;
            });
            response.on('end', () =>
              resolve({
                status: response.statusCode ?? 0,
                type: response.headers['content-type'],
                text,
                secure: response.headers['strict-transport-security'],
              }),
            );
          },
        );
        sent.on('error', reject).end(body);
      });
    }

    /** Bodies that are too large are answered by the proxy as the server answers them itself, whether their length is told or not. */
    async function expectRefusedAlike(url: string, path: string, bodies: readonly string[]): Promise<void> {
      const own = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: bodies[0],
      });
      const refused = { status: 413, type: own.headers.get('content-type'), text: (await own.text()).trim() };
      expect(own.status).toBe(413);
      expect(JSON.parse(refused.text)).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
      for (const body of bodies) {
        for (const headers of [{}, { 'transfer-encoding': 'chunked' }]) {
          const { text, ...answer } = await ask(path, { body, headers });
          expect({ ...answer, text: text.trim() }).toMatchObject(refused);
        }
      }
    }

    test('lets providers tell what became of messages, and reach nothing else there', async () => {
      const path = `/receipts/${SECRET}/aliyun`;
      const body = JSON.stringify(
        Array.from({ length: 400 }, () => ({ out_id: 'x', success: true, err_code: 'DELIVRD' })),
      );
      expect(await ask(path, { body })).toMatchObject({ status: 200, text: '{"code":0,"msg":"OK"}' });
      expect(await ask(path, { body: body.padEnd(MAX_PUSH_BYTES) })).toMatchObject({ status: 200 });
      const url = `http://127.0.0.1:${metrics}${path}`;
      await expectRefusedAlike(url, path, [body.padEnd(MAX_PUSH_BYTES + 1), body.padEnd(200_000)]);
      for (const other of [
        path.replace('b', 'c'),
        '/receipts/metrics',
        '/receipts/../metrics',
        '/inbound/x/../../metrics',
      ]) {
        expect((await ask(other, { body: '[]' })).status).toBe(404);
      }
    });

    const captcha = async (from: string, headers = {}) => {
      const { text } = await ask('/graphql', { body: JSON.stringify({ query: IMAGE_CAPTCHA }), from, headers });
      return JSON.parse(text).data.imageCaptcha.reason;
    };

    test('fits TRUST_PROXY=1: a client counts as itself, whatever it writes into X-Forwarded-For', async () => {
      const reasons: string[] = [];
      for (const forged of ['192.0.2.1', '192.0.2.2', '192.0.2.3, 192.0.2.4'])
        reasons.push(await captcha('127.0.0.2', { 'x-forwarded-for': forged }));
      expect(reasons).toEqual(['OK', 'OK', 'QUOTA_EXCEEDED']);
      // Another client is another one.
      expect(await captcha('127.0.0.3')).toBe('OK');
    });

    test('keeps what is for operators and developers to themselves, and serves the rest over TLS', async () => {
      expect((await fetch(`http://127.0.0.1:${metrics}/metrics`)).status).toBe(200);
      for (const path of ['/metrics', '/dev/last-sms?mobile=13800138000', '/dev/captcha?uuid=u']) {
        const { status, text } = await ask(path);
        expect([path, status]).toEqual([path, 404]);
        // The proxy's own answer, not the server's.
        expect(text).not.toContain('errors');
      }
      expect((await ask('/healthz')).secure).toBe('max-age=31536000');
    });

    test('passes a body of 16 KB on, and answers a larger one as the server does', async () => {
      const query = (bytes: number) => JSON.stringify({ query: `{ __typename }${' '.repeat(bytes)}` });
      const longest = query(16_000).padEnd(MAX_BODY_BYTES);
      expect(JSON.parse((await ask('/graphql', { body: longest })).text)).toEqual({ data: { __typename: 'Query' } });
      const larger = [1, 15, 3_000, 20_000, 100_000].map((bytes) => `${longest}${' '.repeat(bytes)}`);
      await expectRefusedAlike(`${server.url}/graphql`, '/graphql', larger);
    });
  });
}
