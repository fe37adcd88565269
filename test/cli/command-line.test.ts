import { runCommandLine } from '../../src/cli/command-line';

describe('the command line', () => {
  let said: string;
  beforeEach(() => {
    said = '';
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
      said += text;
      return true;
    });
  });
  afterEach(() => jest.restoreAllMocks());

  // Every object has these names.
  test.each(['nonsense', 'constructor', 'toString', '__proto__', 'hasOwnProperty', ''])(
    'given %j as the command, then it says so and which there are, with exit code 2',
    async (name) => {
      expect(await runCommandLine([name])).toBe(2);
      expect(said).toContain(`There is no command ${name}\n`);
      expect(said).toContain('status');
    },
  );

  test('given arguments for the server, then it says that there are none, with exit code 2', async () => {
    expect(await runCommandLine(['serve', '--port', '1'])).toBe(2);
    expect(said).toContain('serve takes no arguments');
  });
});
