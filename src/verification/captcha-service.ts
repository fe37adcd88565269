import { randomInt, randomUUID } from 'node:crypto';
import { CAPTCHA_LENGTH, CAPTCHA_LETTERS } from '../captcha/alphabet';
import type { CaptchaDrawing, CaptchaLevel } from '../captcha/drawing/captcha-drawing';
import type { Language } from '../captcha/speech/captcha-speech';
import { type CaptchaSpeech, SPOKEN_LENGTH } from '../captcha/speech/captcha-speech';
import type { Client, LimitRules } from '../limits/rules';
import type { Logger } from '../log';
import type { Store } from '../store/store';
import type { Observer } from './events';
import { Reason } from './reasons';

const DIGITS = '0123456789';

export interface CaptchaSettings {
  ttlMs: number;
  /** `auto`: the hard ones for clients that leave many captchas unsolved. */
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

export interface CaptchaServiceParts {
  store: Store;
  rules: LimitRules;
  drawing: CaptchaDrawing;
  speech: CaptchaSpeech;
  log: Logger;
  observe: Observer;
}

/** Issues captchas. An answer is taken by the send that it is for, in the same step of the store. */
export class CaptchaService {
  constructor(
    private readonly settings: CaptchaSettings,
    private readonly parts: CaptchaServiceParts,
  ) {}

  async issue(kind: 'IMAGE' | 'AUDIO', client: Client, language: Language): Promise<CaptchaResult> {
    const { store, rules, drawing, speech, log, observe } = this.parts;
    const { ttlMs } = this.settings;
    const uuid = randomUUID();
    const text = kind === 'IMAGE' ? randomText(CAPTCHA_LETTERS, CAPTCHA_LENGTH) : randomText(DIGITS, SPOKEN_LENGTH);
    try {
      const issued = await store.issueCaptcha({
        uuid,
        text,
        ttlMs,
        windows: rules.captcha(client),
        unsolved: rules.unsolved(client),
      });
      if (issued.status === 'refused') {
        observe({ type: 'limit-hit', rule: 'captcha-minute' });
        return { reason: Reason.QUOTA_EXCEEDED, retryAfter: Math.ceil(issued.waitMs / 1000) };
      }
      const level = this.level(issued.suspicious);
      observe({ type: 'captcha-issued', kind, level });
      const question =
        kind === 'IMAGE'
          ? { image: `data:image/png;base64,${drawing.draw(text, level).toString('base64')}` }
          : { audio: `data:audio/wav;base64,${speech.speak(text, language).toString('base64')}` };
      return { reason: Reason.OK, uuid, ...question, expiresIn: ttlMs / 1000 };
    } catch (error) {
      log.error({ error: (error as Error).message }, 'No captcha could be issued');
      return { reason: Reason.SERVICE_UNAVAILABLE };
    }
  }

  private level(suspicious: boolean): CaptchaLevel {
    if (this.settings.level !== 'auto') return this.settings.level;
    return suspicious ? 'hard' : 'normal';
  }
}

function randomText(letters: string, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += letters[randomInt(letters.length)];
  return text;
}
