/** What a limit counts, and how many of them are allowed in any `length` ms; a cap of 0 allows any number. */
export interface Rule {
  reason: 'TOO_FREQUENT' | 'QUOTA_EXCEEDED';
  name: string;
  cap: number;
  length: number;
}

/** One list of moments a rule; nothing is ever dropped from it but what was refunded. */
export class Moments {
  private readonly lists = new Map<string, number[]>();

  add(now: number, { name }: Rule): void {
    this.list(name).push(now);
  }

  remove(name: string, moment: number): void {
    this.list(name).splice(this.list(name).lastIndexOf(moment), 1);
  }

  /** How many lie less than a length back. */
  live({ name, length }: Rule, now: number): number {
    return this.list(name).filter((moment) => now - moment < length).length;
  }

  /** The time to the first end of a moment at which fewer than `cap` moments lie less than a length back. */
  wait(now: number, { name, cap, length }: Rule): number {
    if (cap === 0) return 0;
    const list = this.list(name);
    const room = (at: number) => list.filter((moment) => at - moment < length).length < cap;
    if (room(now)) return 0;
    const ends = list.map((moment) => moment + length).filter((at) => at > now && room(at));
    return Math.min(...ends) - now;
  }

  private list(name: string): number[] {
    const list = this.lists.get(name) ?? [];
    this.lists.set(name, list);
    return list;
  }
}
