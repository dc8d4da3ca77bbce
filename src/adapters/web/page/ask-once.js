import { Problem, readConversation, resumeTurn, Unreachable } from './api.js';
import { rest } from './rest.js';

/**
 * Asks a question, or presses a button, so that it is done once. Where the connection fails before there is an answer it finds out, as soon
 * as the server is back, whether the question has arrived: then its answer is taken up, else it is asked again.
 *
 * @param {string} conversation
 * @param {(signal: AbortSignal) => Promise<Response>} send asks it
 * @param {object} options
 * @param {number} options.turns how many turns the conversation had before
 * @param {AbortSignal} options.signal
 * @param {() => void} options.onUnreachable
 * @returns {Promise<Response>} the stream of the answer
 */
export async function askOnce(conversation, send, { turns, signal, onUnreachable }) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      if (attempt > 0 && (await hasArrived(conversation, turns))) {
        return await resumeTurn(conversation, '', signal);
      }
      return await send(signal);
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      onUnreachable();
    }
    await rest(attempt, signal);
  }
}

/**
 * @param {string} conversation
 * @param {number} turns
 */
async function hasArrived(conversation, turns) {
  try {
    const { turns: now, running } = await readConversation(conversation);
    return running !== null || now.length > turns;
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return false;
    throw error;
  }
}
