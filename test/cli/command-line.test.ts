import { runCommandLine } from '../../src/cli/command-line';

describe('the command line', () => {
  let said: string;
  beforeEach(() => {
    said = '';
    for (const stream of [process.stderr, process.stdout]) {
      jest.spyOn(stream, 'write').mockImplementation((text) => {
        said += text;
        return true;
      });
    }
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

  test.each([[['help']], [['--help']], [['-h']], [['serve', '-h']]])(
    'given %j, then it says which commands there are',
    async (args) => {
      expect(await runCommandLine(args)).toBe(0);
      expect(said).toMatch(/^Usage: sms-verification \[COMMAND]/);
    },
  );

  test.each([[['help', 'block']], [['block', '--help']], [['block', '-h']], [['block', '13800138000', '-h']]])(
    'given %j, then it says how the command is called',
    async (args) => {
      expect(await runCommandLine(args)).toBe(0);
      expect(said).toBe(
        'Usage: sms-verification block MOBILE --reason TEXT [--for 30d] [--json]\n  never sends to a number\n',
      );
    },
  );

  test.each(['lookup', 'block', 'allow', 'unblock', 'reset', 'send-test'])(
    'given %s without a number, then it says that the number is missing, with exit code 2',
    async (name) => {
      expect(await runCommandLine([name])).toBe(2);
      expect(said).toMatch(/^MOBILE is missing/);
    },
  );

  test('given arguments for the server, then it says that there are none, with exit code 2', async () => {
    expect(await runCommandLine(['serve', '--port', '1'])).toBe(2);
    expect(said).toContain('serve takes no arguments');
  });
});
