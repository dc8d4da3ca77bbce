/** Tells whether something comes for the first time. Remembers the newest 1,000. */
export type Once = (id: string) => boolean;

/** Creates a {@link Once} that has seen nothing yet. */
export function createOnce(): Once {
  const seen = new Set<string>();
  return (id) => {
    if (seen.has(id)) return false;
    seen.add(id);
    const [oldest] = seen;
    if (seen.size > mostSeen && oldest !== undefined) seen.delete(oldest);
    return true;
  };
}

const mostSeen = 1_000;
