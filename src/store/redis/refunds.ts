/** What has to be undone if a later step refuses or fails. */
export class Refunds {
  private readonly steps: (() => Promise<unknown>)[] = [];

  add(step: () => Promise<unknown>): void {
    this.steps.push(step);
  }

  /** Runs each once: a second time would refund somebody else's count of the same time. A step that fails leaves its count in place. */
  async run(): Promise<void> {
    await Promise.allSettled(this.steps.splice(0).map((step) => step()));
  }

  /** What `step` resolves with; if it fails, the refunds are run. */
  async runIfItFails<T>(step: Promise<T>): Promise<T> {
    return step.catch((error: Error) => {
      // Not waited for: the caller has waited for what failed.
      void this.run();
      throw error;
    });
  }
}
