import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../../src/config/config';
import { problems } from '../harness/setting-problems';

const TICKETS = { TICKET_SECRET: 'x'.repeat(32) };

describe('Settings of the page', () => {
  let folder: string;
  const file = (name: string, size = 1) => {
    const path = join(folder, name);
    writeFileSync(path, Buffer.alloc(size));
    return path;
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'logo-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('each reaches its place', () => {
    const logo = file('logo.svg');
    const { page } = loadConfig({
      ...TICKETS,
      RETURN_ORIGINS: 'https://shop.example, https://xn--fiqs8s.example:8443,http://localhost:3000',
      PAGE_NAME: '美多商城',
      PAGE_LOGO: logo,
      PAGE_COLOR: '#C8102E',
      PAGE_PRIVACY_URL: 'https://shop.example/privacy/',
    });
    expect(page).toEqual({
      returnOrigins: ['https://shop.example', 'https://xn--fiqs8s.example:8443', 'http://localhost:3000'],
      name: '美多商城',
      logoFile: logo,
      colour: '#c8102e',
      privacyUrl: 'https://shop.example/privacy/',
    });
  });

  test.each([
    ['https://shop.example/', ': write https://shop.example'],
    ['https://shop.example/confirmed', ': write https://shop.example'],
    ['https://SHOP.example', ': write https://shop.example'],
    ['https://shop.example:443', ': write https://shop.example'],
    ['https://中国.example', ': write https://xn--fiqs8s.example'],
    ['https://user@shop.example', ': write https://shop.example'],
    ['shop.example', ''],
    ['*', ''],
    ['null', ''],
    ['javascript:alert(1)', ''],
    ['//shop.example', ''],
  ])('%s is no origin as a browser names it', (value, instead) => {
    expect(problems({ ...TICKETS, RETURN_ORIGINS: value })).toEqual([
      `RETURN_ORIGINS must hold origins such as https://shop.example, not ${JSON.stringify(value)}${instead}`,
    ]);
  });

  test('a ticket is not sent where others can read it', () => {
    expect(problems({ ...TICKETS, RETURN_ORIGINS: 'http://shop.example' })).toEqual([
      'RETURN_ORIGINS must be an https:// URL; http:// is for this machine only',
    ]);
  });

  test('without tickets there is nothing to hand over', () => {
    expect(problems({ RETURN_ORIGINS: 'https://shop.example' })).toEqual([
      'RETURN_ORIGINS has no tickets to hand over: set TICKET_PRIVATE_KEY or TICKET_SECRET',
    ]);
    expect(problems({ RETURN_ORIGINS: 'https://shop.example', TICKET_SECRET: 'short' })).toEqual([
      'TICKET_SECRET must be at least 32 bytes long',
    ]);
  });

  test('given 40 characters of a rare script, then the name is counted in what people see of it', () => {
    expect(loadConfig({ PAGE_NAME: '\u{20bb7}'.repeat(40) }).page.name).toBe('\u{20bb7}'.repeat(40));
  });

  test('the link to a policy is written as a browser writes it', () => {
    const { page } = loadConfig({ PAGE_PRIVACY_URL: 'https://Shop.example/隐私"' });
    expect(page.privacyUrl).toBe('https://shop.example/%E9%9A%90%E7%A7%81%22');
  });

  test('a logo may have 100 kB, and an ending by which browsers are told what it is', () => {
    expect(problems({ PAGE_LOGO: file('logo.webp', 100_000) })).toEqual([]);
    expect(problems({ PAGE_LOGO: file('logo.PNG') })).toEqual([
      'PAGE_LOGO must name a file that ends with .svg or .png or .webp or .jpg',
    ]);
  });

  test('brands that would not fit are refused, all at once', () => {
    const environment = {
      PAGE_NAME: 'x'.repeat(41),
      PAGE_LOGO: file('logo.gif'),
      PAGE_COLOR: 'red',
      PAGE_PRIVACY_URL: 'javascript:alert(1)',
    };
    expect(problems(environment)).toEqual([
      'PAGE_NAME must have 40 characters at most, and no control characters',
      'PAGE_LOGO must name a file that ends with .svg or .png or .webp or .jpg',
      'PAGE_COLOR must be a colour such as #1f5fbf, not "red"',
      'PAGE_PRIVACY_URL must be an http:// or https:// URL',
    ]);
    expect(problems({ PAGE_NAME: 'sh\u0007op' })).toEqual([
      'PAGE_NAME must have 40 characters at most, and no control characters',
    ]);
    expect(problems({ PAGE_LOGO: file('logo.png', 100_001) })).toEqual([
      'PAGE_LOGO must name a file of 100000 bytes at most',
    ]);
    expect(problems({ PAGE_LOGO: '/no/such.svg' })).toEqual([
      'PAGE_LOGO names a file that cannot be read: /no/such.svg',
    ]);
  });
});
