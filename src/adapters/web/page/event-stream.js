import { Unreachable } from './api.js';

/**
 * One server-sent event.
 * @typedef {{ id: string, type: string, data: string }} StreamEvent
 */

/** The server sends a sign of life every 15 seconds. */
const silenceMs = 40_000;

/**
 * The events of a response, as they come.
 * @param {Response} response
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<StreamEvent>} ends where the response does
 * @throws Unreachable where the connection breaks or falls silent; the signal's reason
 */
export async function* readEvents(response, signal) {
  if (response.body === null) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const parse = createEventParser();
  try {
    while (true) {
      const { done, value } = await readInTime(reader);
      if (done) return;
      yield* parse(value);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof Unreachable ? error : new Unreachable(error);
  } finally {
    // Nobody reads on: that the rest can't be cancelled in order any more is no news.
    reader.cancel().catch(() => undefined);
  }
}

/** @param {ReadableStreamDefaultReader<string>} reader */
async function readInTime(reader) {
  /** @type {PromiseWithResolvers<never>} */
  const { promise, reject } = Promise.withResolvers();
  const timer = setTimeout(() => reject(new Unreachable()), silenceMs);
  try {
    return await Promise.race([reader.read(), promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Turns pieces of text into the events that are complete with them.
 * @returns {(piece: string) => StreamEvent[]}
 */
export function createEventParser() {
  let rest = '';
  let id = '';
  let type = '';
  /** @type {string[]} */
  let data = [];

  /** @param {string} line */
  function takeField(line) {
    const colon = line.indexOf(':');
    const name = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'id') id = value;
    else if (name === 'event') type = value;
    else if (name === 'data') data.push(value);
  }

  return (piece) => {
    /** @type {StreamEvent[]} */
    const events = [];
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    for (const ending of lines) {
      const line = ending.endsWith('\r') ? ending.slice(0, -1) : ending;
      if (line !== '') takeField(line);
      else {
        if (data.length > 0) events.push({ id, type: type || 'message', data: data.join('\n') });
        type = '';
        data = [];
      }
    }
    return events;
  };
}
