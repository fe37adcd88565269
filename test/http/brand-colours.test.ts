import { brandColours, contrast } from '../../src/http/brand-colours';

describe('The colour of a brand', () => {
  test.each(['#c8102e', '#ffe066', '#000000', '#ffffff', '#00ff00', '#808080', '#0000ff', '#1f5fbf'])(
    '%s can be read in both themes',
    (colour) => {
      const { light, dark } = brandColours(colour);
      // On a card, and on a card tinted with it as buttons are (web/src/style.css); WCAG 2.2 asks for 4.5.
      expect(contrast(light, '#ffffff')).toBeGreaterThanOrEqual(5.5);
      expect(contrast(dark, '#191f29')).toBeGreaterThanOrEqual(5.5);
      expect([light, dark]).toEqual([light, dark].map((each) => each.match(/^#[0-9a-f]{6}$/)?.[0]));
    },
  );

  test('is left as it is where it can be read', () => {
    expect(brandColours('#c8102e').light).toBe('#c8102e');
    expect(brandColours('#ffe066').dark).toBe('#ffe066');
  });

  test('contrast is counted as WCAG does', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
  });
});
