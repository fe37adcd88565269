import type { PageLanguage } from './language';

/** Seconds as people read them on a button: 58, 4:05, 1:00:00. */
function clock(seconds: number): string {
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (n: number) => String(n).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

const zh = {
  title: '验证手机号',
  lead: '获取短信验证码并填入，即可完成验证。',
  mobile: '手机号',
  mobileMissing: '请输入手机号',
  mobileInvalid: '手机号格式不正确，请输入 11 位手机号',
  imageCaptcha: '图形验证码',
  audioCaptcha: '语音验证码',
  imageHint: '不区分大小写；看不清可点击图片换一张',
  audioHint: '播放语音，输入听到的数字',
  captchaLater: '再次获取短信验证码时才需填写',
  captchaMissing: '请输入图形验证码',
  audioMissing: '请输入语音验证码',
  captchaPicture: '图形验证码图片，点击换一张',
  captchaSpeech: '语音验证码录音',
  anotherImage: '换一张',
  anotherAudio: '换一段',
  toAudio: '听语音',
  toImage: '看图片',
  captchaLoading: '正在加载…',
  captchaRenewed: '验证码已更新，请输入新的验证码',
  captchaFailed: '验证码加载失败',
  smsCode: '短信验证码',
  smsCodeMissing: '请输入短信验证码',
  smsCodeInvalid: '请输入短信中的 6 位数字',
  send: '获取短信验证码',
  sending: '发送中…',
  resendIn: (seconds: number) => (seconds < 100 ? `${seconds} 秒后重发` : `${clock(seconds)} 后重发`),
  canResend: '现在可以重新获取短信验证码',
  validFor: (seconds: number) =>
    seconds < 120 ? `验证码 ${seconds} 秒内有效` : `验证码 ${Math.floor(seconds / 60)} 分钟内有效`,
  getNewCode: '请重新获取短信验证码',
  attemptsLeft: (n: number) => `还可以再试 ${n} 次`,
  submit: '确认手机号',
  submitting: '验证中…',
  retry: '重试',
  offline: '网络已断开，请检查网络后重试',
  unreachable: '连接不上服务器，请稍后重试',
  refused: '请求没有被接受，请刷新页面后重试',
  confirmed: '手机号已验证',
  confirmedLead: '该手机号已通过短信验证。',
  startOver: '验证另一个手机号',
  developmentCode: '仅开发环境：短信验证码',
  fillIn: '填入',
  developers: '开发者：GraphQL 接口位于',
  /** Stands between two sentences of one message. */
  comma: '，',
};

export type Messages = typeof zh;

const en: Messages = {
  title: 'Confirm your number',
  lead: 'Enter your number and the captcha, get a code by SMS, and type it in.',
  mobile: 'Mobile number',
  mobileMissing: 'Enter your mobile number',
  mobileInvalid: 'The mobile number is not valid: enter 11 digits',
  imageCaptcha: 'Image captcha',
  audioCaptcha: 'Audio captcha',
  imageHint: 'Upper or lower case; click the picture for another',
  audioHint: 'Play the recording and type the digits you hear',
  captchaLater: 'Needed only for another SMS code',
  captchaMissing: 'Enter the characters in the picture',
  audioMissing: 'Enter the digits you hear',
  captchaPicture: 'Captcha picture, click for another',
  captchaSpeech: 'Captcha recording',
  anotherImage: 'Another',
  anotherAudio: 'Another',
  toAudio: 'Audio',
  toImage: 'Picture',
  captchaLoading: 'Loading…',
  captchaRenewed: 'There is a new captcha: enter its answer',
  captchaFailed: 'The captcha could not be loaded',
  smsCode: 'SMS code',
  smsCodeMissing: 'Enter the code from the SMS',
  smsCodeInvalid: 'Enter the 6 digits from the SMS',
  send: 'Get SMS code',
  sending: 'Sending…',
  resendIn: (seconds) => (seconds < 100 ? `Resend in ${seconds} s` : `Resend in ${clock(seconds)}`),
  canResend: 'You can request a new SMS code now',
  validFor: (seconds) =>
    seconds < 120 ? `The code is valid for ${seconds} s` : `The code is valid for ${Math.floor(seconds / 60)} minutes`,
  getNewCode: 'Request a new SMS code',
  attemptsLeft: (n) => (n === 1 ? '1 attempt left' : `${n} attempts left`),
  submit: 'Confirm number',
  submitting: 'Checking…',
  retry: 'Retry',
  offline: 'You are offline. Check your connection and retry',
  unreachable: 'The server cannot be reached. Please retry in a moment',
  refused: 'The request was not accepted. Reload the page and try again',
  confirmed: 'This number is confirmed',
  confirmedLead: 'The code from the SMS was right.',
  startOver: 'Confirm another number',
  developmentCode: 'Development only: SMS code',
  fillIn: 'Fill in',
  developers: 'Developers: GraphQL is at',
  comma: '. ',
};

/** Every word of the page itself; what the server says comes as errmsg. */
export const MESSAGES: Readonly<Record<PageLanguage, Messages>> = { 'zh-CN': zh, en };
