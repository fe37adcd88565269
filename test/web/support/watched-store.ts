import type { Store } from '../../../src/store/store';
import { StoreUnavailableError } from '../../../src/store/store';
import { reservation } from '../../store/requests';

type Method = Exclude<keyof Store, 'close'>;

/** A store that tells a test what only the server knows, and that a test can take down. */
export class WatchedStore implements Store {
  /** The answer of the captcha that was issued last. */
  captchaText = '';
  captchaUuid = '';
  captchasIssued = 0;
  /** Codes that were handed to the sender, in order. */
  readonly codes: string[] = [];
  /** While true, every call fails as with a store that cannot be reached. */
  down = false;
  /** While true, every call is carried out and then fails, as where the connection breaks before the answer. */
  losesAnswers = false;

  readonly issueCaptcha = this.watched('issueCaptcha', ({ uuid, text }) => {
    this.captchasIssued += 1;
    this.captchaUuid = uuid;
    this.captchaText = text;
  });
  readonly reserveSend = this.watched('reserveSend', ({ code }, reserved) => {
    if (reserved.status === 'ok') this.codes.push(code);
  });
  readonly peekCaptcha = this.watched('peekCaptcha');
  readonly refundSend = this.watched('refundSend');
  readonly checkCode = this.watched('checkCode');
  readonly noteMessage = this.watched('noteMessage');
  readonly readMessage = this.watched('readMessage');
  readonly linkMessage = this.watched('linkMessage');
  readonly linkedMessage = this.watched('linkedMessage');
  readonly startInbound = this.watched('startInbound');
  readonly confirmInbound = this.watched('confirmInbound');
  readonly inboundStatus = this.watched('inboundStatus');
  readonly ping = this.watched('ping');

  constructor(private readonly store: Store) {}

  /** Spends the captcha that was issued last, as somebody else's wrong answer would. */
  async spendCaptcha(): Promise<void> {
    const captcha = { uuid: this.captchaUuid, answer: 'wrong' };
    await this.store.reserveSend(reservation({ captcha }));
  }

  /** Nothing: it outlives its server, as a Redis does. */
  async close(): Promise<void> {}

  private watched<Name extends Method>(
    name: Name,
    after?: (argument: Parameters<Store[Name]>[0], result: Awaited<ReturnType<Store[Name]>>) => void,
  ): Store[Name] {
    const call = async (...args: Parameters<Store[Name]>) => {
      if (this.down) throw new StoreUnavailableError('The store cannot be reached');
      const method = this.store[name] as (...args: Parameters<Store[Name]>) => ReturnType<Store[Name]>;
      const result = await method.apply(this.store, args);
      if (this.losesAnswers) throw new StoreUnavailableError('The answer never came');
      after?.(args[0], result);
      return result;
    };
    return call as Store[Name];
  }
}
