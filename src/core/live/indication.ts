import type { Indicator, Scope } from '../ports.ts';

/** Keeps "Parley is at work" alive until the first words. */
export interface Indication {
  /** The limits that showing it counts against; `undefined` where there is nothing to show. */
  readonly scopes: readonly Scope[] | undefined;
  /** Clock time when it is to be shown (again). */
  readonly dueAt: number;
  /** Shows it. `answered` is called when that call has ended, well or not. */
  show(now: number, answered: () => void): void;
  /**
   * Wraps the call that brings the first words. Where showing was still under way then, it may arrive after
   * them and stay for minutes: so it is cleared once more.
   */
  endingWith<Result>(firstWords: Promise<Result>): Promise<Result>;
  /** No words will come. */
  clear(): void;
}

/** Creates the indication of one reply; failures are reported and otherwise ignored: it is a courtesy. */
export function createIndication(
  indicator: Indicator | undefined,
  onFailure: (error: unknown) => void,
): Indication {
  let dueAt = 0;
  let showing: Promise<void> | undefined;
  let shown = false;

  function clear(): void {
    if (shown) indicator?.clear?.().catch(onFailure);
  }

  return {
    scopes: indicator?.scopes,
    get dueAt() {
      return dueAt;
    },
    show(now, answered) {
      if (indicator === undefined) return;
      dueAt = now + indicator.renewMs;
      shown = true;
      const call = indicator.show().catch(onFailure).finally(answered);
      showing = call.finally(() => {
        if (showing === ended) showing = undefined;
      });
      const ended = showing;
    },
    async endingWith(firstWords) {
      const racing = showing;
      const result = await firstWords;
      if (racing !== undefined) void racing.then(clear);
      return result;
    },
    clear() {
      const racing = showing ?? Promise.resolve();
      void racing.then(clear);
    },
  };
}
