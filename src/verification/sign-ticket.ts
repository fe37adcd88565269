import type { Logger } from '../log';
import type { VerificationPurpose } from '../sms/purpose';
import type { TicketIssue, TicketSigner } from '../tickets/ticket-signer';

/** The mobile is confirmed whether or not this succeeds: a failure costs the ticket, not the answer. */
export async function signTicket(
  { tickets, log }: { tickets?: Pick<TicketSigner, 'sign'>; log: Logger },
  mobile: string,
  purpose: VerificationPurpose,
  issue?: TicketIssue,
): Promise<string | undefined> {
  try {
    return await tickets?.sign(mobile, purpose, issue);
  } catch (error) {
    log.error({ error: (error as Error).name }, 'A mobile was confirmed, but its ticket could not be signed');
    return undefined;
  }
}
