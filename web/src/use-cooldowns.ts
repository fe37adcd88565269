import { computed, onScopeDispose, type Ref, ref } from 'vue';

const STORAGE_KEY = 'sms-cooldowns';

interface Remembered {
  /** The number that a code was last requested for, so that a reload does not ask for it again. */
  mobile: string;
  /** Until when no code can be requested, in epoch ms, by mobile. */
  deadlines: Record<string, number>;
}

function recall(): Remembered {
  try {
    const stored: Partial<Remembered> = JSON.parse(sessionStorage.getItem(STORAGE_KEY) ?? '{}');
    const live = Object.entries(stored.deadlines ?? {}).filter(([, deadline]) => deadline > Date.now());
    return { mobile: stored.mobile ?? '', deadlines: Object.fromEntries(live) };
  } catch {
    return { mobile: '', deadlines: {} };
  }
}

/**
 * How long a number must wait for its next code. Kept for the tab (sessionStorage), so that a reload goes on counting;
 * by number, so that correcting a mistyped one does not have to wait. No code is ever stored.
 */
export function useCooldowns(mobile: Ref<string>, onEnd: () => void) {
  const remembered = recall();
  const deadlines = ref(remembered.deadlines);
  const now = ref(Date.now());

  const remaining = computed(() => {
    const deadline = deadlines.value[mobile.value];
    return deadline === undefined ? 0 : Math.max(0, Math.ceil((deadline - now.value) / 1000));
  });

  function keep() {
    try {
      sessionStorage.setItem(STORAGE_KEY, JSON.stringify({ ...remembered, deadlines: deadlines.value }));
    } catch {
      // Without storage the countdown lasts as long as the page does.
    }
  }

  const ticking = setInterval(() => {
    const before = remaining.value;
    now.value = Date.now();
    if (before > 0 && remaining.value === 0) onEnd();
  }, 250);
  onScopeDispose(() => clearInterval(ticking));

  return {
    /** Whole seconds until the number now in the field can get a code; 0 when it can. */
    remaining,
    /** The number of the last request in this tab; empty if there was none. */
    remembered: remembered.mobile,
    start(of: string, seconds: number) {
      now.value = Date.now();
      deadlines.value = { ...deadlines.value, [of]: now.value + seconds * 1000 };
      remembered.mobile = of;
      keep();
    },
    /** The number is confirmed: the next visitor of this tab starts with an empty field. */
    forgetMobile() {
      remembered.mobile = '';
      keep();
    },
  };
}
