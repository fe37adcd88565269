import { onMounted, onScopeDispose, type ShallowRef, shallowRef } from 'vue';
import { createVerification, type Verification, type VerificationOptions } from './create-verification';
import type { VerificationState } from './state';

export * from './create-verification';

/** A verification for one component: `state` changes with it, and everything ends with the component. */
export function useVerification(options: VerificationOptions): Omit<
  Verification,
  'getState' | 'subscribe' | 'start'
> & {
  readonly state: Readonly<ShallowRef<VerificationState>>;
} {
  const { getState, subscribe, start, ...actions } = createVerification(options);
  const state = shallowRef(getState());
  const unsubscribe = subscribe(() => {
    state.value = getState();
  });
  let stop: (() => void) | undefined;
  onMounted(() => {
    stop = start();
  });
  onScopeDispose(() => {
    unsubscribe();
    stop?.();
  });
  return { state, ...actions };
}
