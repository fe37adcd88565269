import { randomInt, randomUUID } from 'node:crypto';
import { CAPTCHA_LENGTH, CAPTCHA_LETTERS } from '../captcha/alphabet';
import type { CaptchaDrawing, CaptchaLevel } from '../captcha/drawing/captcha-drawing';
import { type CaptchaSpeech, type Language, SPOKEN_LENGTH } from '../captcha/speech/captcha-speech';
import type { Client, LimitRules } from '../limits/rules';
import type { LimitRule, SlidingWindowLimit } from '../limits/sliding-window-limit';
import { type CaptchaIssued, type Store, StoreUnavailableError } from '../store/store';
import type { Observer } from './events';
import { Reason } from './reasons';
import type { StoreFailures } from './store-failures';

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

export interface PictureResult {
  reason: Reason;
  /** Seconds. */
  retryAfter?: number;
  /** A PNG file, where `reason` is OK. */
  picture?: Buffer;
}

type Refused = { status: 'refused'; rule: LimitRule; waitMs: number };
type Issued = Exclude<CaptchaIssued, { status: 'refused' }> | Refused;
type Failure = Pick<CaptchaResult, 'reason' | 'retryAfter'>;

export interface CaptchaServiceDependencies {
  store: Store;
  rules: LimitRules;
  drawing: CaptchaDrawing;
  speech: CaptchaSpeech;
  storeFailures: StoreFailures;
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

  /** @param device the number of the trusted device that was shown. */
  async issue(kind: 'IMAGE' | 'AUDIO', client: Client, language: Language, device?: string): Promise<CaptchaResult> {
    const { drawing, speech, rules } = this.dependencies;
    const uuid = randomUUID();
    const text = kind === 'IMAGE' ? randomText(CAPTCHA_LETTERS, CAPTCHA_LENGTH) : randomText(DIGITS, SPOKEN_LENGTH);
    const ofAddress = rules.captcha(client);
    // Whoever else holds the device's token may use up what is the device's: its owner is then no worse off than a stranger.
    const choices = device === undefined ? [ofAddress] : [rules.captcha(client, device), ofAddress];
    const failure = await this.register(kind, uuid, text, choices);
    if (failure === 'taken') throw new Error('A random uuid was issued twice');
    if (failure) return failure;
    const question =
      kind === 'IMAGE'
        ? { image: `data:image/png;base64,${drawing.draw(text, this.level).toString('base64')}` }
        : { audio: `data:audio/wav;base64,${speech.speak(text, language).toString('base64')}` };
    return { reason: Reason.OK, uuid, ...question, expiresIn: this.settings.ttlMs / 1000 };
  }

  /** A PNG file with `length` letters under a name that the page chose; 'taken' where a captcha of that name is alive. */
  async issuePicture(uuid: string, length: number, client: Client): Promise<PictureResult | 'taken'> {
    const text = randomText(CAPTCHA_LETTERS, length);
    const { drawing, rules } = this.dependencies;
    const failure = await this.register('IMAGE', uuid, text, [rules.captcha(client)]);
    return failure ?? { reason: Reason.OK, picture: drawing.draw(text, this.level) };
  }

  private get level(): CaptchaLevel {
    return this.settings.level === 'auto' ? 'normal' : this.settings.level;
  }

  /** Counts a captcha and stores its answer; returns the failure, or undefined. */
  private async register(
    kind: 'IMAGE' | 'AUDIO',
    uuid: string,
    text: string,
    choices: readonly (readonly SlidingWindowLimit[])[],
  ): Promise<Failure | 'taken' | undefined> {
    const { storeFailures, observe } = this.dependencies;
    let issued: Issued;
    try {
      issued = await this.issueWithin(uuid, text, choices);
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      storeFailures.tell(error, 'No captcha could be issued: the store failed');
      return { reason: Reason.SERVICE_UNAVAILABLE };
    }
    if (issued.status === 'refused') {
      const retryAfter = Math.ceil(issued.waitMs / 1000);
      observe({ type: 'limit-hit', rule: issued.rule, retryAfter });
      return { reason: Reason.QUOTA_EXCEEDED, retryAfter };
    }
    if (issued.status === 'taken') return 'taken';
    observe({ type: 'captcha-issued', kind, level: this.level });
    return undefined;
  }

  /** In the first of `choices` that has room; if none has, the refusal that is over first. */
  private async issueWithin(
    uuid: string,
    text: string,
    choices: readonly (readonly SlidingWindowLimit[])[],
  ): Promise<Issued> {
    const refusals: Refused[] = [];
    for (const limits of choices) {
      const issued = await this.dependencies.store.issueCaptcha({ uuid, text, ttlMs: this.settings.ttlMs, limits });
      if (issued.status !== 'refused') return issued;
      const { limit, waitMs } = issued;
      refusals.push({ status: 'refused', rule: limits[limit]?.rule ?? 'captcha-minute', waitMs });
    }
    return refusals.reduce((first, other) => (other.waitMs < first.waitMs ? other : first));
  }
}

function randomText(letters: string, length: number): string {
  let text = '';
  for (let i = 0; i < length; i++) text += letters[randomInt(letters.length)];
  return text;
}
