import { FEW_UNSOLVED } from '../../limits/captcha-limits';
import type { AllowanceRequest } from '../../limits/rules';
import { isSparedToAllowed, type SlidingWindowLimit } from '../../limits/sliding-window-limit';
import { type CodeCheck, LONGEST_CODE_LIFE_MS } from '../store';

/** Cap, length and value of each limit, as the scripts take them after other numbers; value 0 where events are counted. */
export const limitArguments = (limits: readonly SlidingWindowLimit[]): string =>
  limits.map(({ cap, lengthMs, value = 0 }) => `,${cap},${lengthMs},${value}`).join('');

/** How issue.lua finds these limits of a captcha among all of them, by indexes from 1, 0 for none, and what it has to know of them. */
export function captchaArguments(limits: readonly SlidingWindowLimit[]): string {
  const rules = [
    'captchas-live',
    'captcha-parent-live',
    'captcha-network-minute',
    'captcha-unsolved',
    'captcha-network-unsolved',
  ];
  return [...rules.map((rule) => limits.findIndex((limit) => limit.rule === rule) + 1), FEW_UNSOLVED].join(',');
}

/** The bits of limits that an allowed mobile is spared, as the scripts take them. */
export const sparedBits = (limits: readonly SlidingWindowLimit[]): number =>
  limits.reduce((bits, limit, i) => (isSparedToAllowed(limit) ? bits | (1 << i) : bits), 0);

/** How a script treats allowances: not at all, by refusing, by telling. */
export function modeOf(allowance: AllowanceRequest | undefined): number {
  if (!allowance) return 0;
  return allowance.mode === 'enforce' ? 1 : 2;
}

/** Who asks, as scripts take it. */
export const askerOf = ({ client, network, parent }: Pick<AllowanceRequest, 'client' | 'network' | 'parent'>) => [
  client,
  network,
  parent,
];

/** The numbers of verify.lua that do not depend on where the client is counted. */
export function checkArguments({ lockout, foreignCodes, uuid }: CodeCheck): string {
  const { maxAttempts, maxFailures, lockoutMs, failureWindowMs } = lockout;
  const foreign = foreignCodes && uuid === undefined ? 1 : 0;
  return [maxAttempts, maxFailures, lockoutMs, failureWindowMs, LONGEST_CODE_LIFE_MS, foreign].join(',');
}
