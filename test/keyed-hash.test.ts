import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { KeyedHash } from '../src/keyed-hash';

const expected = (key: string, text: string) => createHmac('sha256', key).update(text).digest('hex');

describe('a keyed hash', () => {
  test('given any key and any texts, when they are hashed one after the other, then each hash is HMAC-SHA-256', () => {
    const text = fc.string({ unit: 'binary', maxLength: 400 });
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), fc.array(text, { maxLength: 5 }), (key, texts) => {
        const hash = new KeyedHash(key);
        for (const each of texts) expect(hash.of(each, 'hex')).toBe(expected(key, each));
      }),
    );
  });

  test.each([63, 64, 65])('given a key of %d bytes, then the hash is HMAC-SHA-256', (length) => {
    const key = 'k'.repeat(length);
    expect(new KeyedHash(key).of('a text', 'hex')).toBe(expected(key, 'a text'));
  });

  test.each([0, 1, 255, 256, 257, 5_000])('given a text of %d bytes, then the hash is HMAC-SHA-256', (length) => {
    const text = 'x'.repeat(length);
    expect(new KeyedHash('a key').of(text, 'hex')).toBe(expected('a key', text));
  });

  test.each([128, 129, 200])(
    'given a text of %d characters of two bytes each, then the hash is HMAC-SHA-256',
    (length) => {
      const text = 'ü'.repeat(length);
      expect(new KeyedHash('a key').of(text, 'hex')).toBe(expected('a key', text));
    },
  );

  test('given another encoding, then the same bytes come in it', () => {
    const hash = new KeyedHash('a key');
    expect(hash.of('a text', 'base64url')).toBe(Buffer.from(hash.of('a text', 'hex'), 'hex').toString('base64url'));
  });
});
