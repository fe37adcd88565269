import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithProgram } from '../harness/describe-where';

const UNIT = 'sms-verification.service';
const text = readFileSync(join(__dirname, '../../deploy', UNIT), 'utf8');

describeWithProgram('systemd-analyze', 'deploy/sms-verification.service', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'unit-'));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  /** systemd looks whether the program is there: this machine's Node may stand elsewhere. */
  function analyze(unit: string, ...command: string[]) {
    const file = join(folder, UNIT);
    writeFileSync(file, unit.replace('ExecStart=/usr/bin/node', `ExecStart=${process.execPath}`));
    const { status, stdout, stderr } = spawnSync('systemd-analyze', [...command, file], { encoding: 'utf8' });
    return { status, said: stdout + stderr };
  }

  test('systemd finds nothing wrong with it', () => {
    expect(analyze(text, 'verify')).toEqual({ status: 0, said: '' });
    // It would say so.
    expect(analyze(`${text}\n[Service]\nProtectHom=yes\n`, 'verify').said).toContain('ProtectHom');
  });

  test('what the process may do is little: an exposure below 2 of 10', () => {
    const command = ['security', '--offline=true', '--no-pager', '--threshold=20'];
    expect(analyze(text, ...command).status).toBe(0);
    expect(analyze(text.replace(/^(Protect|Restrict|Capability|DynamicUser).*\n/gm, ''), ...command).status).not.toBe(
      0,
    );
  });

  test('gives the server the time that it takes to stop', () => {
    expect(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1])).toBeGreaterThan(10);
  });
});
