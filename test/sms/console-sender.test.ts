import { createConsoleSender } from '../../src/sms/console/console-sender';
import type { SmsMessage } from '../../src/sms/sender';

const MESSAGE: SmsMessage = {
  ...{ id: 'f'.repeat(32), mobile: '13800138000', code: '012345', minutes: 5 },
  ...{ purpose: 'REGISTER', language: 'zh' },
};

describe('console sender', () => {
  test('writes the code on one marked line and accepts', async () => {
    const lines: [object, string][] = [];
    const sender = createConsoleSender({ info: (fields, msg) => lines.push([fields, msg]) });
    expect(await sender.send(MESSAGE)).toMatchObject({ class: 'accepted', provider: 'console', messageId: MESSAGE.id });
    expect(lines).toEqual([
      [
        { mobile: '13800138000', code: '012345', smsId: MESSAGE.id },
        'SMS to 13800138000: verification code 012345, valid 5 minutes (console sender: nothing was sent)',
      ],
    ]);
  });

  test('tells the development page the last code, and that only for the mobile it went to', async () => {
    const sender = createConsoleSender({ info: () => undefined });
    expect(sender.lastCode(MESSAGE.mobile)).toBeUndefined();
    await sender.send(MESSAGE);
    await sender.send({ ...MESSAGE, code: '999999' });
    expect(sender.lastCode(MESSAGE.mobile)).toBe('999999');
    expect(sender.lastCode('13900139000')).toBeUndefined();
    expect(sender.lastCode(undefined)).toBeUndefined();
  });
});
