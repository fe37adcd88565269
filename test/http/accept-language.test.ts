import { preferredLanguage } from '../../src/http/accept-language';

describe('preferredLanguage', () => {
  test.each([
    [undefined, 'zh'],
    ['', 'zh'],
    ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
    ['en', 'en'],
    ['EN-us', 'en'],
    ['en-GB,en;q=0.9,zh;q=0.5', 'en'],
    ['zh;q=0.5,en;q=0.9', 'en'],
    ['en;q=0.5,zh;q=0.9', 'zh'],
    ['fr,de;q=0.9,en;q=0.3', 'en'],
    ['fr,ja', 'zh'],
    ['*', 'zh'],
    ['fr,*;q=0.5,en;q=0.1', 'zh'],
    ['zh;q=0,*', 'en'],
    ['en;q=0,zh;q=0', 'zh'],
    ['*;q=0.5,zh;q=0.2', 'en'],
    ['*,en;q=0', 'zh'],
    ['en;q=0.5,*;q=0.5', 'en'],
    ['*;q=0.5,en;q=0.5', 'zh'],
    ['zh;q=0', 'zh'],
    ['en;q=0', 'zh'],
    ['english', 'zh'],
    [';;;,,,=q', 'zh'],
    ['zh;q=0.50,en;q=0.5', 'zh'],
    ['en ; q=0.5 , zh ; q=0.4', 'en'],
    ['de-en,en-zh;q=0.2,zh-Hant;q=0.1', 'en'],
    [`${'fr,'.repeat(200)}en`, 'en'],
    [`${'fr,'.repeat(200)}zh;q=0.1${' '.repeat(200)}x,en;q=0.1`, 'en'],
    // A list of 15,000 characters takes milliseconds.
    [`en,${'zh;q=0.1,'.repeat(1700)}`, 'zh'],
  ])('Accept-Language %.60j: %s', (header, language) => {
    expect(preferredLanguage(header)).toBe(language);
    // The second time it is remembered.
    expect(preferredLanguage(header)).toBe(language);
  });
});
