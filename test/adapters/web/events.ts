/** An event of a stream as a browser sees it. */
export interface ReadEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Reads a stream event by event, until it ends. Throws for anything that is no event of Parley's. */
export async function* readEvents(response: Response): AsyncGenerator<ReadEvent> {
  let rest = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    rest += chunk;
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      if (!block.startsWith(':')) yield toEvent(block);
    }
  }
  if (rest !== '') throw new Error(`The stream ends in the middle: ${rest}`);
}

/** Every event of a stream, once it has ended. */
export async function readAll(response: Response): Promise<readonly ReadEvent[]> {
  const events: ReadEvent[] = [];
  for await (const event of readEvents(response)) events.push(event);
  return events;
}

/** The answer that events amount to, as a client puts it together. */
export function textOf(events: readonly ReadEvent[]): string {
  return events
    .filter(({ event }) => event === 'delta')
    .map(({ data }) => data.text)
    .join('');
}

function toEvent(block: string): ReadEvent {
  const [id, event, data, ...others] = block.split('\n').map((line) => /^(\w+): (.*)$/s.exec(line) ?? []);
  if (id?.[1] !== 'id' || event?.[1] !== 'event' || data?.[1] !== 'data' || others.length > 0)
    throw new Error(`This is no event: ${block}`);
  return { id: id[2]!, event: event[2]!, data: JSON.parse(data[2]!) };
}
