/** Remembers where pictures can't stand in messages, so that cards do not try again and again. */
export interface FileRefusals {
  add(team: string): void;
  has(team: string): boolean;
}

/** Creates {@link FileRefusals} that are forgotten after a while: Slack may only have been slow. */
export function createFileRefusals(lifetimeMs = 60 * 60_000): FileRefusals {
  const until = new Map<string, number>();
  return {
    add: (team) => void until.set(team, Date.now() + lifetimeMs),
    has: (team) => (until.get(team) ?? 0) > Date.now(),
  };
}
