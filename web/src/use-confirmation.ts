import { computed, ref, watch } from 'vue';
import { inbound } from '../../packages/client/src/inbound';
import {
  type CaptchaKind,
  type Language,
  type Outcome,
  useVerification,
  type VerificationPurpose,
} from '../../packages/client/src/vue';
import type { HandOver } from './hand-over';
import type { Messages } from './messages';
import type { PageConfig } from './page-config';
import { isAbroad, isMobile, isSmsCode } from './typed-text';
import { useDevelopment } from './use-development';
import { useFields } from './use-fields';
import { useMobile } from './use-mobile';

export interface Notice {
  tone: 'good' | 'warn' | 'bad';
  text: string;
}

export interface ConfirmationOptions {
  language: Language;
  messages: Messages;
  purpose: VerificationPurpose;
  settings: PageConfig['settings'];
  /** Who gets the ticket; undefined: nobody asked for it. */
  handOver: HandOver | undefined;
}

/** The page around a verification: what was typed, and where the outcome of a call is told: at a field, in a notice or an alert. */
export function useConfirmation({ language, messages, purpose, settings, handOver }: ConfirmationOptions) {
  const development = useDevelopment();
  const verification = useVerification({ endpoint: '/graphql', purpose, language, inbound, fetch: development.fetch });
  const { state } = verification;
  const { errors, typedIn, typed, clearErrors, pointOut, focusOn, forgetTyping } = useFields();

  const answer = ref('');
  const smsCode = ref('');
  /** The code that was told to be wrong and still stands there. */
  let toldWrong: { code: string; text: string } | undefined;
  /** What became of asking for a code. */
  const notice = ref<Notice | null>(null);
  /** What concerns no field: no network, no server, nothing that a person typed. */
  const alert = ref<{ text: string; retry?: () => void } | null>(null);
  /** Said to screen readers only. */
  const announcement = ref('');
  const developmentCode = ref<string | null>(null);

  const mobile = computed({ get: () => state.value.mobile, set: verification.setMobile });
  const number = useMobile(settings, language, mobile);

  function clear() {
    clearErrors();
    notice.value = null;
    alert.value = null;
  }

  function wrongMobile(): string | undefined {
    if (mobile.value === '') return messages.mobileMissing;
    if (isMobile(mobile.value) || (!number.mainlandOnly && isAbroad(mobile.value))) return undefined;
    return number.country.value === 'CN' ? messages.mobileInvalid : messages.mobileInvalidAbroad;
  }

  function wrongSmsCode(): string | undefined {
    if (smsCode.value === '') return messages.smsCodeMissing;
    return isSmsCode(smsCode.value, settings.codeLength) ? undefined : messages.smsCodeInvalid(settings.codeLength);
  }

  // An answer goes with its captcha.
  watch(
    () => state.value.captcha.status,
    (status) => {
      if (status === 'ready' || status === 'failed') return;
      if (status === 'expired') {
        announcement.value = messages.captchaExpired;
        if (answer.value !== '') errors.captcha = messages.captchaExpired;
      }
      answer.value = '';
    },
  );
  watch(
    () => state.value.captcha.kind,
    () => {
      errors.captcha = '';
    },
  );
  watch(
    () => state.value.wait === 0,
    (over) => {
      if (!over || state.value.step === 'confirmed') return;
      if (notice.value?.tone === 'bad') notice.value = null;
      announcement.value = messages.canResend;
    },
  );
  // What was said of one number says nothing of another.
  watch(mobile, () => {
    notice.value = null;
    alert.value = null;
    developmentCode.value = null;
  });
  watch(smsCode, (code) => {
    toldWrong = undefined;
    if (isSmsCode(code, settings.codeLength) && state.value.step === 'code') void verify();
  });

  // A message that the person sent came, or did not.
  watch(
    () => state.value.step,
    (step, before) => {
      if (before !== 'inbound') return;
      if (step === 'confirmed') returnTicket();
      else if (state.value.outcome?.reason === 'SMS_CODE_EXPIRED') {
        notice.value = { tone: 'bad', text: messages.inboundExpired };
      }
    },
  );

  const send = () => ask(verification.send);
  const startInbound = () => ask(verification.startInbound);

  async function ask(call: (imageCode: string) => Promise<Outcome | null>): Promise<void> {
    if (state.value.busy || state.value.wait > 0) return;
    const missing = state.value.captcha.kind === 'IMAGE' ? messages.captchaMissing : messages.audioMissing;
    if (pointOut({ mobile: wrongMobile(), captcha: answer.value === '' ? missing : undefined })) return;
    clear();
    developmentCode.value = null;
    const to = mobile.value;
    const outcome = await call(answer.value);
    if (!outcome) pointOut({ captcha: messages.captchaLoading });
    else if (mobile.value === to && state.value.step !== 'inbound') await afterSend(outcome, to, () => void ask(call));
  }

  async function afterSend({ code, reason, errmsg, expiresIn }: Outcome, to: string, retry: () => void) {
    if (state.value.step === 'code') {
      smsCode.value = '';
      void focusOn('sms-code');
    }
    switch (reason) {
      case 'OK':
        notice.value = { tone: 'good', text: sentences(errmsg, expiresIn ? messages.validFor(expiresIn) : '') };
        developmentCode.value = await development.lastSmsCode(to);
        return;
      case 'SMS_UNCONFIRMED':
        notice.value = { tone: 'warn', text: errmsg };
        return;
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
        notice.value = { tone: state.value.step === 'code' ? 'warn' : 'bad', text: errmsg };
        return;
      default:
        // SERVICE_UNAVAILABLE and reasons that are newer than this page: their captcha is spent, so that there is nothing to retry.
        alert.value = { text: errmsg, retry: code ? undefined : retry };
    }
  }

  async function verify(): Promise<void> {
    if (state.value.busy) return;
    if (pointOut({ 'sms-code': wrongSmsCode() })) return;
    // A code is handed in with its last digit. Who presses Enter then, or twice, would use up another try.
    if (toldWrong?.code === smsCode.value) {
      pointOut({ 'sms-code': toldWrong.text });
      return;
    }
    clear();
    const code = smsCode.value;
    const outcome = await verification.verify(code);
    if (!outcome) return;
    const { reason, errmsg, attemptsLeft } = outcome;
    switch (reason) {
      case 'OK':
        return returnTicket();
      case 'SMS_CODE_MISMATCH':
        errors['sms-code'] = sentences(errmsg, attemptsLeft == null ? '' : messages.attemptsLeft(attemptsLeft));
        toldWrong = { code, text: errors['sms-code'] };
        // What is typed next takes its place.
        return focusOn('sms-code', true);
      case 'SMS_CODE_EXPIRED':
        return codeIsVoid(sentences(errmsg, messages.getNewCode));
      case 'SMS_CODE_LOCKED':
        return codeIsVoid(errmsg);
      case 'MOBILE_INVALID':
      case 'TOO_FREQUENT':
      case 'QUOTA_EXCEEDED':
        pointOut({ 'sms-code': errmsg });
        return;
      default:
        alert.value = { text: errmsg, retry: verify };
    }
  }

  /** To whoever asked for it. The server may have had none to give. */
  function returnTicket() {
    const ticket = state.value.outcome?.ticket;
    if (ticket) handOver?.give(ticket);
  }

  function codeIsVoid(text: string) {
    smsCode.value = '';
    developmentCode.value = null;
    pointOut({ 'sms-code': text });
  }

  /** Back to the request: for another number, or for another code to this one. */
  function back(field: 'mobile' | 'captcha') {
    if (state.value.busy) return;
    clear();
    smsCode.value = '';
    developmentCode.value = null;
    verification.back();
    void focusOn(field);
  }

  function enterCode() {
    clear();
    verification.enterCode();
    void focusOn('sms-code');
  }

  function sendInstead() {
    clear();
    verification.sendInstead();
  }

  function startOver() {
    clear();
    smsCode.value = '';
    forgetTyping();
    verification.reset();
    void focusOn('mobile');
  }

  function another(kind?: CaptchaKind) {
    // The touch that wakes an expired captcha has asked for it already.
    if (state.value.captcha.status !== 'loading') void verification.loadCaptcha(kind);
  }

  function sentences(first: string, second: string): string {
    return second ? `${first}${messages.comma}${second}` : first;
  }

  return {
    settings,
    handOver,
    state,
    mobile,
    number,
    answer,
    smsCode,
    errors,
    typedIn,
    notice,
    alert,
    announcement,
    developmentCode,
    development: development.active,
    typed,
    send,
    sendInstead,
    startInbound,
    verify,
    another,
    back,
    enterCode,
    startOver,
    returnTicket,
    wake: verification.ensureCaptcha,
  };
}

export type Confirmation = ReturnType<typeof useConfirmation>;
