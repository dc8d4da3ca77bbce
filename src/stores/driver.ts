import type { KeyvStorageAdapter } from 'keyv';

/** What one kind of store adds to Keyv: an adapter per namespace over one connection. */
export interface Driver {
  /** For people and logs, without credentials: `SQLite in ./data/parley.db`. */
  readonly describe: string;
  /** What to look at when it can't be opened; one sentence. */
  readonly advice: string;
  /** Connects. Rejects where that can't be done; nothing is left open then. */
  open(): Promise<void>;
  /** A new adapter that is bound to this namespace. Called once per namespace, after {@link open}. */
  adapter(namespace: string): KeyvStorageAdapter;
  /** Closes what the adapters share; they have been disconnected before. */
  close(): Promise<void>;
}

/** Told about faults that no call is waiting for, such as a dropped connection. */
export type FaultListener = (error: unknown) => void;
