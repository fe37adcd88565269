import { nextTick, reactive, ref, watch } from 'vue';
import type { Api, Trouble } from './api';
import type { Reason } from './generated/graphql';
import type { Messages } from './messages';
import { isMobile, isSmsCode } from './typed-text';
import { useCaptcha } from './use-captcha';
import { useCooldowns } from './use-cooldowns';

/** The three fields; the values are the ids of their inputs. */
export type Field = 'mobile' | 'captcha' | 'sms-code';

export interface Notice {
  tone: 'good' | 'warn' | 'bad';
  text: string;
}

/** The two steps of the page: ask for a code, hand it in. Every outcome ends at a field, in a notice or in an alert. */
export function useConfirmation(api: Api, messages: Messages, onConfirmed: (mobile: string) => void) {
  const mobile = ref('');
  const smsCode = ref('');
  const errors = reactive<Record<Field, string>>({ mobile: '', captcha: '', 'sms-code': '' });
  /** What became of asking for a code. */
  const notice = ref<Notice | null>(null);
  /** What concerns no field: no network, no server, nothing that a person typed. */
  const alert = ref<{ text: string; retry?: () => void } | null>(null);
  /** Said to screen readers only. */
  const announcement = ref('');
  const busy = ref<'send' | 'verify' | null>(null);
  const developmentCode = ref<string | null>(null);

  const cooldowns = useCooldowns(mobile, () => {
    if (notice.value?.tone === 'bad') notice.value = null;
    announcement.value = messages.canResend;
  });
  mobile.value = cooldowns.remembered;
  const captcha = useCaptcha(api, messages, (answerWasLost) => {
    announcement.value = messages.captchaRenewed;
    if (answerWasLost) errors.captcha = messages.captchaRenewed;
  });
  // What was wrong with an answer says nothing about a captcha that a person asked for.
  watch(
    () => captcha.state.kind,
    () => {
      errors.captcha = '';
    },
  );

  async function focusOn(field: Field) {
    await nextTick();
    document.getElementById(field)?.focus();
  }

  /** Shows what is wrong and takes the person to the first of it. */
  function pointOut(wrong: Partial<Record<Field, string>>): boolean {
    Object.assign(errors, { mobile: '', captcha: '', 'sms-code': '' }, wrong);
    const first = (['mobile', 'captcha', 'sms-code'] as const).find((field) => wrong[field]);
    if (first) void focusOn(first);
    return first !== undefined;
  }

  function wrongMobile(): string | undefined {
    if (mobile.value === '') return messages.mobileMissing;
    return isMobile(mobile.value) ? undefined : messages.mobileInvalid;
  }

  function troubled(trouble: Trouble, retry: () => void) {
    alert.value = { text: messages[trouble], retry };
  }

  async function send(): Promise<void> {
    if (busy.value || cooldowns.remaining.value > 0) return;
    const { uuid, typed, kind } = captcha.state;
    const missing = kind === 'IMAGE' ? messages.captchaMissing : messages.audioMissing;
    if (pointOut({ mobile: wrongMobile(), captcha: typed === '' ? missing : undefined })) return;
    if (!uuid) {
      pointOut({ captcha: captcha.state.failure || messages.captchaLoading });
      return;
    }
    busy.value = 'send';
    alert.value = null;
    notice.value = null;
    developmentCode.value = null;
    const to = mobile.value;
    const answer = await api.send({ mobile: to, imageCode: typed, uuid });
    busy.value = null;
    // The captcha stays: if the server never saw it, it is still good; if it did, nothing is sent twice.
    if ('trouble' in answer) return troubled(answer.trouble, send);
    const { reason, errmsg, retryAfter, expiresIn } = answer.payload;
    if (reason !== 'MISSING_PARAMETER' && reason !== 'MOBILE_INVALID') void captcha.load();
    if (retryAfter) cooldowns.start(to, retryAfter);
    await afterSend(reason, errmsg, to, expiresIn);
  }

  async function afterSend(reason: Reason, errmsg: string, to: string, expiresIn: number | null) {
    switch (reason) {
      case 'OK':
        notice.value = { tone: 'good', text: sentences(errmsg, expiresIn ? messages.validFor(expiresIn) : '') };
        smsCode.value = '';
        void focusOn('sms-code');
        developmentCode.value = await api.lastSmsCode(to);
        return;
      case 'SMS_UNCONFIRMED':
        notice.value = { tone: 'warn', text: errmsg };
        return focusOn('sms-code');
      case 'MOBILE_INVALID':
        pointOut({ mobile: errmsg });
        return;
      case 'CAPTCHA_EXPIRED':
      case 'CAPTCHA_MISMATCH':
        pointOut({ captcha: errmsg });
        return;
      case 'TOO_FREQUENT':
      case 'QUOTA_EXCEEDED':
      case 'SMS_CODE_LOCKED':
      case 'SMS_REJECTED':
        notice.value = { tone: 'bad', text: errmsg };
        return;
      default:
        // SERVICE_UNAVAILABLE, and reasons that are newer than this page. No retry: the captcha is spent.
        alert.value = { text: errmsg };
    }
  }

  async function verify(): Promise<void> {
    if (busy.value) return;
    const code = smsCode.value;
    const missing = code === '' ? messages.smsCodeMissing : messages.smsCodeInvalid;
    if (pointOut({ mobile: wrongMobile(), 'sms-code': isSmsCode(code) ? undefined : missing })) return;
    busy.value = 'verify';
    alert.value = null;
    notice.value = null;
    const of = mobile.value;
    const answer = await api.verify({ mobile: of, smsCode: code });
    busy.value = null;
    if ('trouble' in answer) return troubled(answer.trouble, verify);
    const { reason, errmsg, retryAfter, attemptsLeft } = answer.payload;
    switch (reason) {
      case 'OK':
        cooldowns.forgetMobile();
        return onConfirmed(of);
      case 'MOBILE_INVALID':
        pointOut({ mobile: errmsg });
        return;
      case 'SMS_CODE_MISMATCH':
        pointOut({ 'sms-code': sentences(errmsg, attemptsLeft === null ? '' : messages.attemptsLeft(attemptsLeft)) });
        return;
      case 'SMS_CODE_EXPIRED':
        return codeIsVoid(sentences(errmsg, messages.getNewCode));
      case 'SMS_CODE_LOCKED':
        if (retryAfter) cooldowns.start(of, retryAfter);
        return codeIsVoid(errmsg);
      case 'TOO_FREQUENT':
      case 'QUOTA_EXCEEDED':
        pointOut({ 'sms-code': errmsg });
        return;
      default:
        alert.value = { text: errmsg, retry: verify };
    }
  }

  function codeIsVoid(text: string) {
    smsCode.value = '';
    developmentCode.value = null;
    pointOut({ 'sms-code': text });
  }

  function fillIn(code: string) {
    smsCode.value = code;
    errors['sms-code'] = '';
    void focusOn('sms-code');
  }

  function sentences(first: string, second: string): string {
    return second ? `${first}${messages.comma}${second}` : first;
  }

  return {
    mobile,
    smsCode,
    captcha,
    errors,
    notice,
    alert,
    announcement,
    busy,
    developmentCode,
    remaining: cooldowns.remaining,
    send,
    verify,
    fillIn,
  };
}
