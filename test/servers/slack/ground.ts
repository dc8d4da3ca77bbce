/** What every part of the local Slack stands on: clock, limits, ids, timers, and word of every change. */
import type { Parcel } from './parcel.ts';
import type { CallArguments } from './records.ts';
import type { SlackLimits } from './types.ts';

/** Shared by all workspaces and all parts. */
export interface Ground {
  readonly appId: string;
  readonly limits: SlackLimits;
  readonly timers: Timers;
  /** Milliseconds of the stand-in's clock. */
  now(): number;
  /** A new id, for example `U0000004`. */
  id(prefix: string): string;
  /** A new message time, later than all before. */
  ts(): string;
  /** Something that a test may wait for has happened. */
  changed(): void;
  /** Hands a parcel to the app, soon after the caller returns. */
  send(parcel: Parcel): void;
  /** Whether the app's own doings come back to it as events. */
  echoes: boolean;
  /** The address of a file, by its path. */
  fileUrl(path: string): string;
  /** Where a file's bytes are brought, by its ticket. */
  uploadUrl(ticket: string): string;
  loginBy: 'page' | 'redirect';
  /** Opens a URL for answers to an interaction. `respond` is given each post and tells whether it counted. */
  openResponseUrl(id: string, respond: (body: CallArguments) => boolean): string;
}

/** Real-time timers with an owner: none outlives the server. */
export interface Timers {
  after(ms: number, run: () => void): NodeJS.Timeout;
  cancel(timer: NodeJS.Timeout): void;
  close(): void;
}

export function createTimers(): Timers {
  const pending = new Set<NodeJS.Timeout>();
  return {
    after(ms, run) {
      const timer = setTimeout(() => {
        pending.delete(timer);
        run();
      }, ms);
      pending.add(timer);
      return timer;
    },
    cancel(timer) {
      clearTimeout(timer);
      pending.delete(timer);
    },
    close() {
      for (const timer of pending) clearTimeout(timer);
      pending.clear();
    },
  };
}

/** Message times: seconds and microseconds of the clock, never the same twice. */
export function createTimestamps(now: () => number): () => string {
  let last = 0;
  return () => {
    last = Math.max(last + 1, Math.floor(now() * 1000));
    return `${Math.floor(last / 1e6)}.${String(last % 1e6).padStart(6, '0')}`;
  };
}

/** Ids that no other thing of this server has. */
export function createIds(): (prefix: string) => string {
  let count = 0;
  return (prefix) => {
    count += 1;
    return `${prefix}${String(count).padStart(7, '0')}`;
  };
}
