import type { CaptchaKind } from './generated/graphql';

export interface CaptchaState {
  readonly kind: CaptchaKind;
  /** none: not needed now; expired: another one comes when a person is about to type; failed: another one comes by itself. */
  readonly status: 'none' | 'loading' | 'ready' | 'expired' | 'failed';
  /** The data URI of the picture or of the speech; of the one before while the next is loading. */
  readonly source: string | null;
  /** Why the last one could not be had; empty if it could. */
  readonly problem: string;
}
