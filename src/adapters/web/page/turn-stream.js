import { Problem, resumeTurn, Unreachable } from './api.js';
import { readEvents } from './event-stream.js';
import { rest } from './rest.js';

/**
 * What happens in a turn. `turn`: an answer begins, from empty.
 * @typedef {{ type: 'turn', turn: string }
 *   | { type: 'delta', text: string }
 *   | { type: 'notice', text: string }
 *   | { type: 'card', id: number } & import('./api.js').Card
 *   | { type: 'done', end: string, usage?: { inputTokens: number, outputTokens: number, cachedTokens: number } }
 *   | { type: 'error', code: string, message: string, retryAfterSeconds?: number }} TurnEvent
 */

/**
 * Follows a turn to its end, over as many connections as it takes. Every event is told once, in order, whatever breaks.
 *
 * @param {object} options
 * @param {string} options.conversation
 * @param {(signal: AbortSignal) => Promise<Response>} options.open the first connection
 * @param {AbortSignal} options.signal ends the following, not the turn
 * @param {(event: TurnEvent) => void} options.onEvent
 * @param {(connected: boolean) => void} options.onConnection
 * @returns {Promise<'ended' | 'gone'>} `gone`: the server no longer knows the turn
 * @throws what `open` throws; the signal's reason
 */
export async function followTurn({ conversation, open, signal, onEvent, onConnection }) {
  const place = createPlace();
  /** @type {Response | undefined} */
  let response = await open(signal);
  for (let attempt = 0; ; attempt += 1) {
    if (response?.status === 204) return 'gone';
    if (response !== undefined) {
      onConnection(true);
      const before = place.lastId();
      if (await drain(response)) return 'ended';
      if (place.lastId() !== before) attempt = 0;
    }
    onConnection(false);
    await rest(attempt, signal);
    try {
      response = await resumeTurn(conversation, place.lastId(), signal);
    } catch (error) {
      if (error instanceof Problem && error.status === 404) return 'gone';
      if (!isPassing(error)) throw error;
      response = undefined;
    }
  }

  /**
   * @param {Response} from
   * @returns {Promise<boolean>} whether the turn ended
   */
  async function drain(from) {
    try {
      for await (const { id, type, data } of readEvents(from, signal)) {
        const event = place.take(id, type, data);
        if (event !== undefined) onEvent(event);
        if (type === 'done' || type === 'error') return true;
      }
    } catch (error) {
      if (!isPassing(error)) throw error;
    }
    return false;
  }
}

/** How far a turn was read. Ids are `<turn>.<position>`; a delta's position is the end of its text. */
function createPlace() {
  let lastId = '';
  let turn = '';
  let position = 0;

  return {
    lastId: () => lastId,
    /**
     * @param {string} id
     * @param {string} type
     * @param {string} data
     * @returns {TurnEvent | undefined} what of the event is new
     */
    take(id, type, data) {
      const dot = id.lastIndexOf('.');
      const end = Number(id.slice(dot + 1));
      if (type === 'turn') {
        lastId = id;
        turn = id.slice(0, dot);
        position = 0;
        return { type, turn };
      }
      // Cards have no place in the text: each is the newest view, as often as it comes.
      if (type === 'card') return id.slice(0, dot) === turn ? { ...JSON.parse(data), type } : undefined;
      const fresh = id.slice(0, dot) === turn ? end - position : 0;
      if (fresh <= 0) return undefined;
      lastId = id;
      position = end;
      const content = JSON.parse(data);
      if (type !== 'delta') return { ...content, type };
      return { type, text: content.text.slice(-fresh) };
    },
  };
}

/** @param {unknown} error */
function isPassing(error) {
  return error instanceof Unreachable || (error instanceof Problem && error.status >= 429);
}
