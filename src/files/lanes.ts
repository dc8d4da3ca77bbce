/** Two kinds of heavy work that go side by side only where one holds up the other. */
export interface Lanes<Kind> {
  /**
   * Runs tasks of a kind one at a time, in the order they came. Settles as the task does, or rejects with the
   * signal's reason as soon as that aborts. A task that was started keeps its place until it settles itself.
   */
  run<Result>(kind: Kind, task: () => Promise<Result>, signal: AbortSignal): Promise<Result>;
}

/** Options of {@link createLanes}. */
export interface LanesOptions {
  /**
   * How long a kind has its turn while the other one waits, in milliseconds. After that the other one has it, also
   * beside a task that is still running.
   */
  readonly turnMs: number;
}

interface Lane {
  readonly waiting: (() => void)[];
  running: boolean;
}

/** Creates {@link Lanes} for two kinds. */
export function createLanes<Kind>(kinds: readonly [Kind, Kind], { turnMs }: LanesOptions): Lanes<Kind> {
  const newLane = (): Lane => ({ waiting: [], running: false });
  const lanes = new Map<Kind, Lane>([
    [kinds[0], newLane()],
    [kinds[1], newLane()],
  ]);
  const [first, second] = [...lanes.values()] as [Lane, Lane];
  let holder = first;
  let since = 0;
  let timer: NodeJS.Timeout | undefined;

  function next(): void {
    clearTimeout(timer);
    const other = holder === first ? second : first;
    const left = since + turnMs - performance.now();
    const idle = !holder.running && holder.waiting.length === 0;
    if (canStart(other) && (idle || left <= 0)) begin(other);
    else if (canStart(holder)) begin(holder);
    // When the turn ends it is the other one's, whatever is running.
    else if (canStart(other)) timer = setTimeout(next, left);
  }

  function begin(lane: Lane): void {
    const now = performance.now();
    if (lane !== holder || now - since >= turnMs) since = now;
    holder = lane;
    lane.running = true;
    lane.waiting.shift()?.();
    next();
  }

  return {
    run(kind, task, signal) {
      const lane = lanes.get(kind)!;
      return new Promise((resolve, reject) => {
        const onAbort = () => {
          const at = lane.waiting.indexOf(start);
          if (at >= 0) lane.waiting.splice(at, 1);
          reject(signal.reason);
          next();
        };
        const start = () => {
          void task()
            .then(resolve, reject)
            .finally(() => {
              signal.removeEventListener('abort', onAbort);
              lane.running = false;
              next();
            });
        };
        if (signal.aborted) return reject(signal.reason);
        signal.addEventListener('abort', onAbort, { once: true });
        lane.waiting.push(start);
        next();
      });
    },
  };
}

function canStart(lane: Lane): boolean {
  return !lane.running && lane.waiting.length > 0;
}
