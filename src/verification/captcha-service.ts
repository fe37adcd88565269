import { randomInt, randomUUID } from 'node:crypto';
import { CAPTCHA_LENGTH, CAPTCHA_LETTERS } from '../captcha/alphabet';
import type { CaptchaDrawing, CaptchaLevel } from '../captcha/drawing/captcha-drawing';
import { type CaptchaSpeech, type Language, SPOKEN_LENGTH } from '../captcha/speech/captcha-speech';
import type { Client, LimitRules } from '../limits/rules';
import type { Logger } from '../log';
import { type CaptchaIssued, type Store, StoreUnavailableError } from '../store/store';
import type { Observer } from './events';
import { Reason } from './reasons';

const DIGITS = '0123456789';

export interface CaptchaSettings {
  ttlMs: number;
  /** `auto` is `normal`: what makes a captcha harder costs people more than programs. */
  level: CaptchaLevel | 'auto';
}

export interface CaptchaResult {
  reason: Reason;
  /** Seconds. */
  retryAfter?: number;
  uuid?: string;
  /** Data URI. */
  image?: string;
  /** Data URI. */
  audio?: string;
  /** Seconds. */
  expiresIn?: number;
}

export interface CaptchaServiceDependencies {
  store: Store;
  rules: LimitRules;
  drawing: CaptchaDrawing;
  speech: CaptchaSpeech;
  log: Logger;
  observe: Observer;
}

/**
 * Issues captchas. An answer is taken by the send that it is for, in the same step of the store. SERVICE_UNAVAILABLE where the store
 * can't be used; anything else that goes wrong is a fault of this program and thrown.
 */
export class CaptchaService {
  constructor(
    private readonly settings: CaptchaSettings,
    private readonly dependencies: CaptchaServiceDependencies,
  ) {}

  async issue(kind: 'IMAGE' | 'AUDIO', client: Client, language: Language): Promise<CaptchaResult> {
    const { store, rules, drawing, speech, log, observe } = this.dependencies;
    const { ttlMs } = this.settings;
    const uuid = randomUUID();
    const text = kind === 'IMAGE' ? randomText(CAPTCHA_LETTERS, CAPTCHA_LENGTH) : randomText(DIGITS, SPOKEN_LENGTH);
    const limits = rules.captcha(client);
    let issued: CaptchaIssued;
    try {
      issued = await store.issueCaptcha({ uuid, text, ttlMs, limits });
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      log.error({ error: error.message }, 'No captcha could be issued: the store failed');
      return { reason: Reason.SERVICE_UNAVAILABLE };
    }
    if (issued.status === 'refused') {
      const retryAfter = Math.ceil(issued.waitMs / 1000);
      observe({ type: 'limit-hit', rule: limits[issued.limit]?.rule ?? 'captcha-minute', retryAfter });
      return { reason: Reason.QUOTA_EXCEEDED, retryAfter };
    }
    if (issued.status === 'taken') throw new Error('A random uuid was issued twice');
    const level = this.settings.level === 'auto' ? 'normal' : this.settings.level;
    observe({ type: 'captcha-issued', kind, level });
    const question =
      kind === 'IMAGE'
        ? { image: `data:image/png;base64,${drawing.draw(text, level).toString('base64')}` }
        : { audio: `data:audio/wav;base64,${speech.speak(text, language).toString('base64')}` };
    return { reason: Reason.OK, uuid, ...question, expiresIn: ttlMs / 1000 };
  }
}

function randomText(letters: string, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += letters[randomInt(letters.length)];
  return text;
}
