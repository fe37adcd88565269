import type { Logger } from '../log';

/** The mobile is confirmed whether or not `sign` succeeds: a failure costs the ticket, not the answer. */
export async function signTicket(
  sign: () => Promise<string> | undefined,
  log: Pick<Logger, 'error'>,
): Promise<string | undefined> {
  try {
    return await sign();
  } catch (error) {
    log.error({ error: (error as Error).name }, 'A mobile was confirmed, but its ticket could not be signed');
    return undefined;
  }
}
