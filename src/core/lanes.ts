import type { ThreadKey } from './ports.ts';

/** What {@link createLanes} needs to know. */
export interface LaneOptions<Item> {
  /**
   * Works through a batch. Never called twice at once for one thread. The signal aborts with the reason
   * given to {@link Lanes.stop}. Must not reject: whoever waits for an answer has been told by then.
   */
  run(thread: ThreadKey, batch: readonly Item[], signal: AbortSignal): Promise<void>;
  /** Does what is left to do behind a batch, which no longer counts as running by then. Must not reject. */
  tidy(batch: readonly Item[]): Promise<void>;
  /** True where `next` may be worked through together with what came before it. */
  joins(next: Item): boolean;
}

/** One turn at a time per thread, threads in parallel; what arrives meanwhile waits, in order. */
export interface Lanes<Item> {
  /** Adds items that arrived together. */
  add(thread: ThreadKey, items: readonly Item[]): void;
  /** Adds an item before all that waits. */
  addFirst(thread: ThreadKey, item: Item): void;
  /**
   * Runs a task of the house in the thread: behind what runs, before all that waits, also where the lanes are closed.
   * Settles as the task does.
   */
  interject<Result>(thread: ThreadKey, task: () => Promise<Result>): Promise<Result>;
  /** True while the thread has a batch running or items waiting. */
  busy(thread: ThreadKey): boolean;
  /** The batch that is being worked through. */
  running(thread: ThreadKey): readonly Item[];
  /** What waits, to be changed in place: an item that the function turns to `undefined` is dropped. */
  amend(thread: ThreadKey, change: (item: Item) => Item | undefined): void;
  /** Aborts what runs in the thread. @returns false where nothing ran. */
  stop(thread: ThreadKey, reason: unknown): boolean;
  /** Starts no batch any more; what runs goes on, what waits stays where it is. */
  close(): void;
  /** Aborts everything that runs. */
  stopAll(reason: unknown): void;
  /** Resolves once nothing runs. */
  settled(): Promise<void>;
}

interface Lane<Item> {
  readonly tasks: (() => Promise<void>)[];
  readonly waiting: Item[];
  batch: readonly Item[];
  controller: AbortController;
  active: boolean;
  done: Promise<void>;
}

/** Creates the lanes of an engine. */
export function createLanes<Item>(options: LaneOptions<Item>): Lanes<Item> {
  const lanes = new Map<ThreadKey, Lane<Item>>();
  let open = true;

  async function work(thread: ThreadKey, lane: Lane<Item>): Promise<void> {
    lane.active = true;
    while (lane.tasks.length > 0 || (open && lane.waiting.length > 0)) {
      const task = lane.tasks.shift();
      await (task === undefined ? runBatch(thread, lane) : task());
    }
    lane.active = false;
    if (lane.waiting.length === 0) lanes.delete(thread);
  }

  async function runBatch(thread: ThreadKey, lane: Lane<Item>): Promise<void> {
    const batch = takeBatch(lane.waiting, options.joins);
    lane.batch = batch;
    lane.controller = new AbortController();
    await options.run(thread, batch, lane.controller.signal);
    lane.batch = [];
    await options.tidy(batch);
  }

  function put(thread: ThreadKey, insert: (lane: Lane<Item>) => void): void {
    const lane = lanes.get(thread) ?? createLane<Item>();
    lanes.set(thread, lane);
    insert(lane);
    if (!lane.active) lane.done = work(thread, lane);
  }

  return {
    add: (thread, items) => put(thread, ({ waiting }) => waiting.push(...items)),
    addFirst: (thread, item) => put(thread, ({ waiting }) => waiting.unshift(item)),
    interject: (thread, task) =>
      new Promise((resolve, reject) => {
        put(thread, ({ tasks }) => tasks.push(() => task().then(resolve, reject)));
      }),
    busy(thread) {
      const lane = lanes.get(thread);
      return lane !== undefined && (lane.batch.length > 0 || lane.waiting.length > 0);
    },
    running: (thread) => lanes.get(thread)?.batch ?? [],
    amend(thread, change) {
      const lane = lanes.get(thread);
      if (lane === undefined) return;
      const kept = lane.waiting.map(change).filter((item) => item !== undefined);
      lane.waiting.splice(0, lane.waiting.length, ...kept);
    },
    stop(thread, reason) {
      const lane = lanes.get(thread);
      if (lane === undefined || lane.batch.length === 0) return false;
      lane.controller.abort(reason);
      return true;
    },
    close() {
      open = false;
    },
    stopAll(reason) {
      for (const lane of lanes.values()) lane.controller.abort(reason);
    },
    async settled() {
      await Promise.all([...lanes.values()].map((lane) => lane.done));
    },
  };
}

function createLane<Item>(): Lane<Item> {
  return {
    tasks: [],
    waiting: [],
    batch: [],
    controller: new AbortController(),
    active: false,
    done: Promise.resolve(),
  };
}

function takeBatch<Item>(waiting: Item[], joins: (next: Item) => boolean): readonly Item[] {
  let length = 1;
  if (joins(waiting[0]!)) {
    while (length < waiting.length && joins(waiting[length]!)) length++;
  }
  return waiting.splice(0, length);
}
