import { ask, Problem, readConversation, resumeTurn, Unreachable } from './api.js';
import { rest } from './rest.js';

/**
 * Asks a question so that it is asked once. Where the connection fails before there is an answer it finds out, as soon
 * as the server is back, whether the question has arrived: then its answer is taken up, else it is asked again.
 *
 * @param {string} conversation
 * @param {import('./api.js').Question} question
 * @param {object} options
 * @param {number} options.turns how many turns the conversation had before
 * @param {AbortSignal} options.signal
 * @param {() => void} options.onUnreachable
 * @returns {Promise<Response>} the stream of the answer
 */
export async function askOnce(conversation, question, { turns, signal, onUnreachable }) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      if (attempt > 0 && (await hasArrived(conversation, turns))) {
        return await resumeTurn(conversation, '', signal);
      }
      return await ask(conversation, question, signal);
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
