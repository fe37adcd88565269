import { type Ref, ref } from 'vue';

export interface Development {
  /** True once the server has said that it runs in development. */
  readonly active: Readonly<Ref<boolean>>;
  /** Fetches, and listens for that. */
  readonly fetch: typeof globalThis.fetch;
  /** The code of the last SMS to this mobile; null where the server does not tell, as in production. */
  lastSmsCode(mobile: string): Promise<string | null>;
}

/** What the page offers to developers only. */
export function useDevelopment(): Development {
  const active = ref(false);
  return {
    active,
    async fetch(input, init) {
      const response = await fetch(input, init);
      if (response.headers.get('x-development') === '1') active.value = true;
      return response;
    },
    async lastSmsCode(mobile) {
      if (!active.value) return null;
      const response = await fetch(`/dev/last-sms?mobile=${encodeURIComponent(mobile)}`).catch(() => null);
      if (!response?.ok) return null;
      const { code } = (await response.json()) as { code: string };
      return code;
    },
  };
}
