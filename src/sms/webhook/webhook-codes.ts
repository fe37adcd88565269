import type { ProviderCodes } from '../provider-codes';

/** What a receiver may answer as `outcome`: the class itself. */
export const WEBHOOK_CODES: ProviderCodes = {
  refused: ['refused'],
  throttled: ['throttled'],
  misconfigured: ['misconfigured'],
};
