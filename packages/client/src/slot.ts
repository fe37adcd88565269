export type SessionStorage = Pick<Storage, 'getItem' | 'setItem'>;

/** One entry of a page's storage. Where there is no storage, what is kept lasts as long as the page does. */
export function createSlot(storage: () => SessionStorage | null, key: string) {
  return {
    read(): string | null | undefined {
      try {
        return storage()?.getItem(key);
      } catch {
        // As above.
      }
    },
    write(text: string): void {
      try {
        storage()?.setItem(key, text);
      } catch {
        // As above.
      }
    },
  };
}
