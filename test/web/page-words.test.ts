import { MESSAGES } from '../../web/src/messages';
import { smsLink } from '../../web/src/sms-link';

const { 'zh-CN': zh, en } = MESSAGES;

describe('The words of the page', () => {
  test.each([
    [1, '1 秒后重发', 'Resend in 1 s'],
    [99, '99 秒后重发', 'Resend in 99 s'],
    [100, '1:40 后重发', 'Resend in 1:40'],
    [605, '10:05 后重发', 'Resend in 10:05'],
    [3_599, '59:59 后重发', 'Resend in 59:59'],
    [3_600, '1:00:00 后重发', 'Resend in 1:00:00'],
    [3_909, '1:05:09 后重发', 'Resend in 1:05:09'],
    [86_400, '24:00:00 后重发', 'Resend in 24:00:00'],
  ])('tell a wait of %d s as people read it', (seconds, chinese, english) => {
    expect([zh.resendIn(seconds), en.resendIn(seconds)]).toEqual([chinese, english]);
    const available = [chinese.replace('重发', '可获取'), english.replace('Resend', 'Available')];
    expect([zh.availableIn(seconds), en.availableIn(seconds)]).toEqual(available);
  });

  test.each([
    [60, '验证码 60 秒内有效', 'The code is valid for 60 s'],
    [119, '验证码 119 秒内有效', 'The code is valid for 119 s'],
    [120, '验证码 2 分钟内有效', 'The code is valid for 2 minutes'],
    // No longer than it is, but for the seconds that a provider took: the message says 5 minutes.
    [289, '验证码 4 分钟内有效', 'The code is valid for 4 minutes'],
    [290, '验证码 5 分钟内有效', 'The code is valid for 5 minutes'],
    [300, '验证码 5 分钟内有效', 'The code is valid for 5 minutes'],
  ])('tell that a code is good for %d s', (seconds, chinese, english) => {
    expect([zh.validFor(seconds), en.validFor(seconds)]).toEqual([chinese, english]);
  });

  test('count the attempts that are left, one of them too', () => {
    expect([1, 2, 0].map(zh.attemptsLeft)).toEqual(['还可以再试 1 次', '还可以再试 2 次', '还可以再试 0 次']);
    expect([1, 2, 0].map(en.attemptsLeft)).toEqual(['1 attempt left', '2 attempts left', '0 attempts left']);
  });

  test('say as much in English as in Chinese', () => {
    const kinds = (words: object) => Object.entries(words).map(([name, value]) => `${name}: ${typeof value}`);
    expect(kinds(en)).toEqual(kinds(zh));
  });
});

describe('A link that opens the messages of a phone', () => {
  const agents = {
    android: 'Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130 Mobile Safari/537.36',
    iPhone:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1',
    iPad: 'Mozilla/5.0 (iPad; CPU OS 12_5 like Mac OS X) AppleWebKit/605.1.15 Version/12.1 Mobile Safari/604.1',
    // As an iPad of today calls itself.
    mac: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18.0 Safari/605.1.15',
  };
  test.each([
    ['android', '?'],
    ['iPhone', '&'],
    ['iPad', '&'],
    ['mac', '&'],
  ] as const)('on %s has the text behind a %s, encoded', (agent, mark) => {
    const link = smsLink('1069012345678', '注册 A&B?', agents[agent]);
    expect(link).toBe(`sms:1069012345678${mark}body=%E6%B3%A8%E5%86%8C%20A%26B%3F`);
  });
});
