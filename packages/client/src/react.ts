import { useEffect, useState, useSyncExternalStore } from 'react';
import { createVerification, type Verification, type VerificationOptions } from './create-verification';
import type { VerificationState } from './state';

export * from './create-verification';

/** A verification for one component, made from the options of its first render. Everything ends with the component. */
export function useVerification(
  options: VerificationOptions,
): Omit<Verification, 'getState' | 'subscribe' | 'start'> & { readonly state: VerificationState } {
  const [{ getState, subscribe, start, ...actions }] = useState(() => createVerification(options));
  const state = useSyncExternalStore(subscribe, getState, getState);
  useEffect(start, [start]);
  return { state, ...actions };
}
