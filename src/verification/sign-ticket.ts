import type { Logger } from '../log';

/** The mobile is confirmed whether or not `sign` succeeds: a failure costs the ticket, not the answer. */
export async function signTicket(
  sign: () => Promise<string> | undefined,
  log: Pick<Logger, 'error'>,
  confirmedBy: 'A code was right' | 'A message came',
): Promise<string | undefined> {
  try {
    return await sign();
  } catch (error) {
    log.error({ error: (error as Error).name }, `${confirmedBy}, but its ticket could not be signed`);
    return undefined;
  }
}
