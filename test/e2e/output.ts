import { Writable } from 'node:stream';

/** What was written to a stream, and a way to wait for more of it. */
export interface Output {
  /** Everything so far. */
  readonly text: string;
  /** Write here, or pipe into it. */
  readonly stream: Writable;
  /** Resolves to the first match as soon as there is one; rejects after `timeoutMs` (default 10 s) with what there was. */
  until(pattern: string | RegExp, timeoutMs?: number): Promise<string>;
}

/** An output in which nothing is written yet. */
export function createOutput(): Output {
  let text = '';
  const waiting = new Set<() => void>();
  const stream = new Writable({
    write(chunk: Buffer | string, _encoding, done) {
      text += chunk.toString();
      for (const look of [...waiting]) look();
      done();
    },
  });

  return {
    get text() {
      return text;
    },
    stream,
    until(pattern, timeoutMs = 10_000) {
      // Made here, not when time is up: its stack then names the test that waits.
      const failure = new Error();
      return new Promise((resolve, reject) => {
        const look = () => {
          const found =
            typeof pattern === 'string' ? text.includes(pattern) && pattern : text.match(pattern)?.[0];
          if (!found) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found);
        };
        const timer = setTimeout(() => {
          waiting.delete(look);
          failure.message = `Waited in vain for ${pattern}. There was:\n${text}`;
          reject(failure);
        }, timeoutMs);
        waiting.add(look);
        look();
      });
    },
  };
}
