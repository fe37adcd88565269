import { ensurePage } from '../harness/built-page';
import { type ServerProcess, startServer } from '../harness/server-process';
import { waitUntil } from '../harness/wait-until';

const SHOP = 'https://shop.example';
const SETTINGS = {
  NODE_ENV: 'production',
  STORE: 'memory',
  SMS_PROVIDERS: 'console',
  TICKET_SECRET: 'a secret that two services of one shop share',
};

interface HandOver {
  url: string;
  state: string | null;
}

/** What the page is told, of the HTML as it came. */
function handOverIn(html: string): HandOver | null {
  const [, json = ''] = /<script type="application\/json" id="page-config">(.*?)<\/script>/s.exec(html) ?? [];
  return JSON.parse(json).handOver;
}

describe('The return address of a link to the page', () => {
  let server: ServerProcess;
  jest.setTimeout(60_000);

  beforeAll(async () => {
    ensurePage();
    server = await startServer({
      ...SETTINGS,
      RETURN_ORIGINS: `${SHOP},https://pay.shop.example:8443,https://xn--fiqs8s.example,http://localhost:3000`,
    });
  });
  afterAll(() => server?.stop());

  const ask = (query: string, method = 'GET', path = '/') => fetch(`${server.url}${path}?${query}`, { method });
  const link = (address: string) => `return=${encodeURIComponent(address)}`;

  test.each([
    [`${SHOP}/confirmed?from=sms#top`, `${SHOP}/confirmed?from=sms#top`],
    [SHOP, `${SHOP}/`],
    ['HTTPS://Shop.EXAMPLE:443/A', `${SHOP}/A`],
    ['https://pay.shop.example:8443/', 'https://pay.shop.example:8443/'],
    ['https://中国.example/', 'https://xn--fiqs8s.example/'],
    ['http://localhost:3000/confirmed', 'http://localhost:3000/confirmed'],
    // What the parser makes of it is what the page gets, whatever it looked like.
    ['https:\\\\shop.example\\@stranger.example', `${SHOP}/@stranger.example`],
    ['ht\ntps://shop\t.example/', `${SHOP}/`],
    ['https:shop.example', `${SHOP}/`],
  ])('%j is handed the ticket, as %s', async (address, url) => {
    const response = await ask(`${link(address)}&state=s%201&purpose=LOGIN`);
    expect(response.status).toBe(200);
    expect(handOverIn(await response.text())).toEqual({ url, state: 's 1' });
    expect(response.headers.get('cache-control')).toBe('no-store');
    const policy = response.headers.get('content-security-policy') ?? '';
    // Forms go to the list, and the one that asked may frame the page.
    expect(policy).toContain(
      `form-action ${SHOP} https://pay.shop.example:8443 https://xn--fiqs8s.example http://localhost:3000;`,
    );
    expect(policy).toMatch(new RegExp(`frame-ancestors ${new URL(url).origin}$`));
  });

  test('an address that nobody encoded keeps its own query up to the next parameter', async () => {
    const response = await ask(`return=${SHOP}/confirmed?from=sms&state=1`);
    expect(handOverIn(await response.text())).toEqual({ url: `${SHOP}/confirmed?from=sms`, state: '1' });
  });

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)//https://shop.example',
    'data:text/html,x',
    `blob:${SHOP}/0b0c6bd4-1e2a-4c0a-9c3a-6f6c8d2f7a11`,
    `filesystem:${SHOP}/x`,
    `view-source:${SHOP}`,
    '//stranger.example/',
    '//shop.example/',
    '/confirmed',
    '\\\\stranger.example',
    '///shop.example',
    'https:///stranger.example/',
    'https://stranger.example/https://shop.example',
    'https://shop.example.stranger.example/',
    'https://shop.example@stranger.example/',
    'https://shop.example:443@stranger.example/',
    'https://shop.example%2f@stranger.example/',
    'https://stranger.example\\@shop.example/',
    'https://stranger.example#@shop.example/',
    'https://stranger.example?@shop.example/',
    'https://user:secret@shop.example/',
    'https://user@shop.example/',
    'https://:secret@shop.example/',
    'http://shop.example/',
    'https://shop.example:8443/',
    'https://pay.shop.example/',
    'https://www.shop.example/',
    'https://shop.example./',
    'https://shop.example:80/',
    'https://shоp.example/',
    'https://中国.example.stranger.example/',
    'http://localhost:3001/',
    'http://localhost.stranger.example:3000/',
    'http://127.0.0.1:3000/',
    'http://[::1]:3000/',
    'https://shop.example:99999/',
    'https://shop.example%00.stranger.example/',
    'https://shop .example/',
    'null',
    '*',
    '',
    ' ',
  ])('%j is refused, in words and without a word of it', async (address) => {
    const response = await ask(link(address));
    const html = await response.text();
    expect(response.status).toBe(400);
    expect(html).toContain('这个链接无效');
    expect(html).toContain('This link was refused');
    expect(html).not.toMatch(/<script|stranger|alert/);
    expect(response.headers.get('content-security-policy')).toMatch(/form-action 'none'; frame-ancestors 'none'$/);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  test.each([
    ['twice', `${link(SHOP)}&${link('https://stranger.example')}`],
    ['twice, the other way round', `${link('https://stranger.example')}&${link(SHOP)}`],
    ['encoded in its name', `%72eturn=${encodeURIComponent('https://stranger.example')}`],
    ['behind other parameters', `a=1&&b&${link('https://stranger.example')}&c`],
  ])('%s: refused as well, at both names of the page, and for HEAD', async (_, query) => {
    for (const path of ['/', '/index.html']) expect((await ask(query, 'GET', path)).status).toBe(400);
    const head = await ask(query, 'HEAD');
    expect([head.status, await head.text()]).toEqual([400, '']);
  });

  test('what a link holds ends no element of the page', async () => {
    const state = '</script><script>alert(1)</script><!--$&';
    const response = await ask(`${link(`${SHOP}/</script>`)}&state=${encodeURIComponent(state)}`);
    const html = await response.text();
    expect(handOverIn(html)?.state).toBe(state);
    expect(html.match(/<script/g)).toHaveLength(2);
  });

  test('without one there is nobody to hand anything to: no form, no frame', async () => {
    for (const query of ['', 'Return=https://shop.example/', 'x=1', 'state=1']) {
      const response = await ask(query);
      expect(handOverIn(await response.text())).toBeNull();
      expect(response.headers.get('content-security-policy')).toMatch(/form-action 'none'; frame-ancestors 'none'$/);
      expect(response.headers.get('cache-control')).toBe('no-cache');
    }
  });

  test('refusals are logged with the name of the setting, and with no more of the link than its origin, ten in an hour', async () => {
    const refusals = () => server.logs.filter(({ msg }) => msg.includes('RETURN_ORIGINS'));
    await waitUntil('they are logged', () => refusals().length >= 10);
    expect(refusals()).toHaveLength(10);
    expect(refusals()[0]).toMatchObject({ level: 40, origin: 'null' });
    expect(server.stdout).not.toContain('alert(1)');
  });

  test('a server without RETURN_ORIGINS refuses every one', async () => {
    const none = await startServer(SETTINGS);
    for (const address of [SHOP, `${none.url}/`, '']) {
      expect((await fetch(`${none.url}/?${link(address)}`)).status).toBe(400);
    }
    expect((await fetch(none.url)).status).toBe(200);
    await none.stop();
  });
});
