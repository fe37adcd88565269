import { luaScript, SCRIPT_NAMES } from '../../src/store/redis/lua-scripts';

describe('the scripts that go to Redis', () => {
  describe.each(SCRIPT_NAMES)('%s', (name) => {
    const script = luaScript(name);

    it('has its includes in place', () => {
      expect(script).not.toContain('@include');
      expect(script).toContain("redis.call('TIME')");
    });

    it('brings no function that it does not call: Redis would make it anew for each run', () => {
      const code = script.replaceAll(/--.*/g, '');
      const uncalled = [...code.matchAll(/^local function (\w+)/gm)].filter(
        ([, called = '']) => code.match(new RegExp(`\\b${called}\\b`, 'g'))?.length === 1,
      );
      expect(uncalled).toEqual([]);
    });
  });
});
