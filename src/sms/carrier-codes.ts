import { textOf } from './json-object';
import type { DeliveryOutcome, Receipt } from './receipts';

/** Codes of a provider's receipts by what they mean; all others are `other`, so that metrics have so many labels and no more. */
export type CarrierCodes = Readonly<Record<Exclude<DeliveryOutcome, 'delivered'>, readonly string[]>> & {
  readonly delivered: readonly string[];
};

/**
 * What mainland carriers report through any provider: the states of CMPP 2.0/3.0 (Registered_Delivery, Stat) and the codes that China
 * Mobile's gateways and message centres add. A number may be suspended today and serve tomorrow: that is no permanent failure.
 */
export const MAINLAND_CARRIER_CODES: CarrierCodes = {
  delivered: ['DELIVRD', 'DELIVERED', '0', '000'],
  'temporary-failure': [
    'EXPIRED',
    'UNDELIV',
    'MK:0005',
    'MK:0010',
    'MK:0012',
    'MK:0013',
    'MK:0023',
    'MI:0013',
    'MI:0024',
    'DB:0102',
    'IB:0072',
    'MOBILE_NOT_ON_SERVICE',
    'MOBILE_SEND_LIMIT',
    'IS_CLOSED',
    '002',
  ],
  'permanent-failure': [
    'MK:0000',
    'MK:0001',
    'MI:0000',
    'MI:0210',
    'DB:0101',
    'CB:0001',
    'CB:0053',
    'DB:0144',
    'MBBLACK',
    'DBBLACK',
    'BLACK',
    'USER_REJECT',
    'MOBILE_ACCOUNT_ABNORMAL',
    'MOBILE_IN_BLACK',
    'MOBILE_TERMINAL_ERROR',
    '004',
  ],
  'technical-failure': [
    'REJECTD',
    'DELETED',
    'ACCEPTD',
    'UNKNOWN',
    'NOROUTE',
    'NOROUTER',
    'ROUTEERR',
    'TIMEOUT',
    'IB:0008',
    'IB:0011',
    'DB:0107',
    'DB:0108',
    'DB:0142',
    'MK:0002',
    'MK:0014',
    'MK:0115',
    'CONTENT_KEYWORD',
    'CONTENT_ERROR',
    'SIGNATURE_BLACKLIST',
    'SP_NOT_BY_SMGW',
    'SP_UNKNOWN_ERROR',
    'STATE_UNKNOWN',
    '-106',
  ],
};

/**
 * Outcome and label of a provider's code. Whether the message arrived is what the provider says of it; the code only sorts what did not.
 * @param delivered what the provider says.
 */
export function deliveryOf(
  codes: CarrierCodes,
  code: unknown,
  delivered: boolean,
): Pick<Receipt, 'outcome' | 'carrierCode'> {
  const listed = Object.entries(codes).find(([, known]) => known.includes(textOf(code)));
  const meant = (listed?.[0] ?? 'technical-failure') as DeliveryOutcome;
  const carrierCode = listed ? textOf(code) : 'other';
  if (delivered) return { outcome: 'delivered', carrierCode: meant === 'delivered' ? carrierCode : 'other' };
  return meant === 'delivered'
    ? { outcome: 'technical-failure', carrierCode: 'other' }
    : { outcome: meant, carrierCode };
}

/** A time as mainland providers write it: China Standard Time, `2026-01-31 08:00:00` or `20260131080000`; undefined if it is none. */
export function chinaTime(text: unknown): number | undefined {
  const [, ...parts] = /^(\d{4})-?(\d\d)-?(\d\d)[ T]?(\d\d):?(\d\d):?(\d\d)$/.exec(textOf(text)) ?? [];
  if (parts.length === 0) return undefined;
  const [year, month, day, hour, minute, second] = parts;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}+08:00`);
  return Number.isNaN(at) ? undefined : at;
}
