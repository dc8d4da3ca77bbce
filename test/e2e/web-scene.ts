import type { Parley } from '../../src/main.ts';
import { type ReadEvent, readEvents } from '../adapters/web/events.ts';
import { type Settings, startWorld, type World } from './harness.ts';
import type { SpawnedParley } from './spawn.ts';

/** Somebody at the web page of a Parley. */
export interface Visitor {
  readonly url: string;
  /** A call of the API; JSON where there is a body. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Asks in the conversation `c1` unless told otherwise, for a stream. */
  ask(text: string, id?: string): Promise<Answer>;
  /** Asks and gives the answer in one piece. */
  answer(text: string, id?: string): Promise<Record<string, unknown>>;
}

/** An answer that is being streamed. */
export interface Answer {
  readonly response: Response;
  /** What came so far. */
  readonly seen: readonly ReadEvent[];
  /** Reads on until the text so far ends so. */
  until(end: string): Promise<void>;
  /** Reads on to the end of the stream. */
  rest(): Promise<readonly ReadEvent[]>;
}

/** A world in which Parley has nothing but the web. */
export function startWebWorld(environment: Settings = {}): Promise<World> {
  return startWorld({ platforms: [], environment: { PORT: '0', ...environment } });
}

/** Starts Parley in this process and visits it. */
export async function visit(
  world: World,
  changes?: Settings,
): Promise<Visitor & { readonly parley: Parley }> {
  const parley = await world.parley(changes);
  return { ...createVisitor(String(parley.url)), parley };
}

/** Visits a Parley that is a process of its own. */
export async function visitSpawned(parley: SpawnedParley): Promise<Visitor> {
  const line = await parley.stderr.until(/^Web: http:\S+/m, 20_000);
  return createVisitor(line.slice('Web: '.length));
}

function createVisitor(url: string): Visitor {
  const call: Visitor['call'] = (method, path, body, headers = {}) =>
    fetch(`${url}${path}`, {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    url,
    call,
    async ask(text, id = 'c1') {
      const accept = 'text/event-stream';
      return follow(await call('POST', `/api/conversations/${id}/messages`, { text }, { accept }));
    },
    async answer(text, id = 'c1') {
      const response = await call('POST', `/api/conversations/${id}/messages`, { text });
      return (await response.json()) as Record<string, unknown>;
    },
  };
}

/** Follows a stream that somebody opened. */
export function follow(response: Response): Answer {
  const seen: ReadEvent[] = [];
  const events = readEvents(response);
  const next = async () => {
    const { value, done } = await events.next();
    if (!done) seen.push(value);
    return !done;
  };
  return {
    response,
    seen,
    async until(end) {
      while (!seen.some(({ data }) => String(data.text ?? '').endsWith(end))) {
        if (!(await next())) throw new Error(`The stream ended before it said ${end}.`);
      }
    },
    async rest() {
      while (await next());
      return seen;
    },
  };
}
