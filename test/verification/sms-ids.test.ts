import { SmsIds } from '../../src/verification/sms-ids';

const NOW = 1_790_000_000_123;
const ids = (secret = 'a secret', clock = () => NOW) => new SmsIds(secret, clock);

describe('Ids of messages', () => {
  test('are 32 hex digits, never the same twice, though all are made in one millisecond', () => {
    const { next } = ids();
    const made = Array.from({ length: 1_000 }, next);
    expect(new Set(made).size).toBe(1_000);
    for (const id of made) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });

  test('tell any server with the same secret that they are ours, and since when', () => {
    expect(ids().sentAt(ids().next())).toBe(NOW);
    expect(ids('a secret', () => NOW + 5_000).sentAt(ids().next())).toBe(NOW);
  });

  test('are nobody’s without the secret, or with one digit changed', () => {
    const id = ids().next();
    expect(ids('another').sentAt(id)).toBeUndefined();
    for (let i = 0; i < id.length; i += 1) {
      const changed = id.slice(0, i) + (id[i] === '0' ? '1' : '0') + id.slice(i + 1);
      expect(ids().sentAt(changed)).toBeUndefined();
    }
  });

  test.each(['', 'x', '3f2b8a6c9d1e4f70a1b2c3d4e5f60718', 'F'.repeat(32), '0'.repeat(33), '０'.repeat(32)])(
    'what is no id is nobody’s: %j',
    (text) => expect(ids().sentAt(text)).toBeUndefined(),
  );
});
