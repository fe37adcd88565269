import { buildSchema, parse } from 'graphql';
import { RememberedDocuments } from '../../src/graphql/remembered-documents';

const SCHEMA = buildSchema('type Query { a: Int }');

/** A query text of so many characters. */
const textOf = (length: number, name = 'a') => `{ ${name} }`.padEnd(length, '#');

describe('Remembered documents', () => {
  test.each([
    [4_096, true],
    [4_097, false],
  ])('a text of %d characters is remembered: %p', (length, remembered) => {
    const documents = new RememberedDocuments(SCHEMA);
    const text = textOf(length);
    documents.remember(text, parse(text));
    expect(documents.get(text) !== undefined).toBe(remembered);
  });

  test('of many the oldest are forgotten, those that are used last', () => {
    const documents = new RememberedDocuments(SCHEMA);
    const texts = Array.from({ length: 1_000 }, (_, n) => textOf(4_000, `field${n}`));
    const [used = '', unused = ''] = texts;
    for (const text of texts) {
      documents.remember(text, parse(text));
      documents.get(used);
    }
    expect(documents.get(used)).toBeDefined();
    expect(documents.get(unused)).toBeUndefined();
    const kept = texts.filter((text) => documents.get(text) !== undefined).length;
    expect(kept).toBeGreaterThan(100);
    expect(kept * 8_000).toBeLessThan(2 * 2 ** 20);
  });
});
