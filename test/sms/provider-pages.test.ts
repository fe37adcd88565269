import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { PROVIDER_SETTINGS } from '../../src/config/provider-settings';
import { PROVIDERS } from '../../src/sms/providers';
import { VERIFICATION_PURPOSES } from '../../src/sms/purpose';
import { twilioText } from '../../src/sms/twilio/twilio-text';

const FOLDER = path.join(__dirname, '../../docs/providers');
const read = (name: string) => readFileSync(path.join(FOLDER, name), 'utf8');
const NAMES = PROVIDERS.filter((name) => name !== 'console');
const SETTINGS = Object.keys(PROVIDER_SETTINGS);

/** The settings of one provider: by its prefix, and not by the longer prefix of another. */
function settingsOf(provider: string): string[] {
  const prefix = (name: string) => `${name.replaceAll('-', '_').toUpperCase()}_`;
  const others = NAMES.map(prefix).filter((other) => other.length > prefix(provider).length);
  return SETTINGS.filter(
    (name) => name.startsWith(prefix(provider)) && !others.some((other) => name.startsWith(other)),
  );
}

describe.each([...NAMES])('docs/providers/%s.md', (provider) => {
  const page = read(`${provider}.md`);

  test('says what to apply for, what it costs, the settings, and how to test', () => {
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(expect.arrayContaining(['Apply for', 'Costs', 'Settings', 'Test']));
    expect(page).toContain(`SMS_PROVIDERS=${provider} `);
  });

  test('names every setting of the provider, and none that is not there', () => {
    const named = [...page.matchAll(/(?<!\.)\b[A-Z]+(?:_[A-Z]+)+\b/g)].map(([name]) => name);
    expect(settingsOf(provider).filter((name) => !named.includes(name))).toEqual([]);
    const purposes: readonly string[] = VERIFICATION_PURPOSES;
    const others = [...SETTINGS, 'SMS_COOLDOWN_SECONDS', 'RECEIPTS_SECRET', 'RECEIPTS_URL', ...purposes];
    expect(named.filter((name) => !others.includes(name))).toEqual([]);
  });
});

test.each(['README.md', ...NAMES.map((name) => `${name}.md`)])('%s links to files that are there', (name) => {
  const targets = [...read(name).matchAll(/\]\(([^)#]+)\)/g)].map(([, target = '']) => target);
  const missing = targets.filter((target) => !target.startsWith('https://') && !existsSync(path.join(FOLDER, target)));
  expect(missing).toEqual([]);
});

test('docs/providers/README.md names every provider', () => {
  for (const provider of NAMES) expect(read('README.md')).toContain(`[${provider}](${provider}.md)`);
});

test('docs/providers/twilio.md has the texts that are sent', () => {
  const page = read('twilio.md');
  for (const purpose of VERIFICATION_PURPOSES) {
    const message = { id: '', mobile: '', code: '123456', minutes: 5, purpose };
    const [zh, en] = (['zh', 'en'] as const).map((language) => twilioText({ ...message, language }));
    expect(page).toContain(`| ${purpose} | ${zh} | ${en} |`);
  }
});
