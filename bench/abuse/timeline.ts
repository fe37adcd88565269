type Happening = (now: number) => void;

/** What happens when, in order of time; a binary heap. */
export class Timeline {
  private readonly times: number[] = [];
  private readonly happenings: Happening[] = [];

  at(time: number, happening: Happening): void {
    let i = this.times.length;
    while (i > 0) {
      const above = (i - 1) >> 1;
      if ((this.times[above] as number) <= time) break;
      this.place(i, above);
      i = above;
    }
    this.times[i] = time;
    this.happenings[i] = happening;
  }

  /** Lets everything happen that is due before `end`, and what follows from it. */
  runUntil(end: number): void {
    for (let time = this.times[0]; time !== undefined && time < end; time = this.times[0]) {
      const happening = this.happenings[0] as Happening;
      this.removeFirst();
      happening(time);
    }
  }

  private removeFirst(): void {
    const time = this.times.pop() as number;
    const happening = this.happenings.pop() as Happening;
    const length = this.times.length;
    if (length === 0) return;
    let i = 0;
    for (let below = 1; below < length; below = 2 * i + 1) {
      if (below + 1 < length && (this.times[below + 1] as number) < (this.times[below] as number)) below += 1;
      if ((this.times[below] as number) >= time) break;
      this.place(i, below);
      i = below;
    }
    this.times[i] = time;
    this.happenings[i] = happening;
  }

  private place(to: number, from: number): void {
    this.times[to] = this.times[from] as number;
    this.happenings[to] = this.happenings[from] as Happening;
  }
}
