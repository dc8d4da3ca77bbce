import { within } from '../../core/within.ts';

/** Names of people by id. */
export interface Names {
  /** As people see it in Slack; `undefined` where Slack did not tell in time. Never rejects. */
  of(userId: string): Promise<string | undefined>;
}

/** Options of {@link createNames}. */
export interface NamesOptions {
  /** Asks Slack. */
  lookUp(userId: string): Promise<string | undefined>;
  /** Told when it failed. */
  onFailure(userId: string, error: unknown): void;
  /** Most names kept. @default 1000 */
  readonly size?: number;
  /** How long a name is kept, in milliseconds. @default 3600000 */
  readonly lifetimeMs?: number;
  /** How long a failure is kept. @default 60000 */
  readonly failureMs?: number;
  /** A message does not wait longer than this for a name, in milliseconds. @default 2500 */
  readonly patienceMs?: number;
}

/** Creates a cache of names that stays small, forgets in time and asks for one name once at a time. */
export function createNames(options: NamesOptions): Names {
  const { size = 1_000, lifetimeMs = 3_600_000, failureMs = 60_000, patienceMs = 2_500 } = options;
  const entries = new Map<string, { readonly name: Promise<string | undefined>; until: number }>();

  function ask(userId: string): Promise<string | undefined> {
    const entry = { name: lookUp(), until: Date.now() + lifetimeMs };
    async function lookUp(): Promise<string | undefined> {
      try {
        return await options.lookUp(userId);
      } catch (error) {
        entry.until = Date.now() + failureMs;
        options.onFailure(userId, error);
        return undefined;
      }
    }
    entries.delete(userId);
    entries.set(userId, entry);
    const [oldest] = entries.keys();
    if (entries.size > size && oldest !== undefined) entries.delete(oldest);
    return entry.name;
  }

  return {
    of(userId) {
      const entry = entries.get(userId);
      const name = entry !== undefined && entry.until > Date.now() ? entry.name : ask(userId);
      return within(name, patienceMs);
    },
  };
}
