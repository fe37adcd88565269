import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

test.each([
  ['for programs', false],
  ['for people', true],
])(
  'The log writes nothing that a terminal obeys, whoever sent it: %s',
  (_, forPeople) => {
    const sent = 'a\u001b[2J\u0007b\u007f\u009b\u2028\u202e\u2066\u200fc';
    const script = `
    const log = require('./src/log.ts').createLog('info', ${forPeople});
    log.info({ reason: '上海 ' + ${JSON.stringify(sent)} }, 'An operator changed something');
  `;
    const written = execFileSync(process.execPath, ['--require', 'tsx/cjs', '--eval', script], {
      cwd: join(__dirname, '../..'),
      encoding: 'utf8',
    });
    expect(written).toContain('上海 a');
    expect(written.trimEnd()).not.toMatch(/\n/);
    // The colours of lines for people are the log's own.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's words for colours
    expect(written.replace(/\u001b\[\d*m/g, '').trimEnd()).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
    if (!forPeople) expect(JSON.parse(written).reason).toBe(`上海 ${sent}`);
  },
  60_000,
);
