import { stopTurn } from './api.js';
import { followTurn } from './turn-stream.js';

/**
 * @typedef {ReturnType<typeof import('./thread.js').createThread>} Thread
 */

/**
 * Shows an answer at the end of the thread while it comes; one at a time.
 *
 * @param {object} parts
 * @param {Thread} parts.thread
 * @param {ReturnType<typeof import('./announcer.js').createAnnouncer>} parts.announcer
 * @param {(connected: boolean) => void} parts.onConnection
 * @param {() => void} parts.onState it began to follow, or ended
 * @param {(conversation: string) => void} parts.onBegin the server answers
 * @param {(conversation: string) => void} parts.onEnd the answer has ended, in whatever way
 * @param {() => void} parts.onOutdated it is over, and the server knows more than the thread shows
 * @param {() => void} parts.onRetry somebody wants a failed answer again
 */
export function createFollower(parts) {
  const { thread, announcer } = parts;
  /** @type {AbortController | undefined} */
  let current;
  let stopWished = false;
  let outdated = false;

  /** Stops following; the answer goes on where it is written. */
  function leave() {
    current?.abort();
    current = undefined;
    outdated = false;
    parts.onConnection(true);
  }

  /**
   * @param {import('./turn-stream.js').TurnEvent} event
   * @param {ReturnType<Thread['beginAnswer']>} place
   * @param {string} conversation
   */
  function take(event, { answer, settle }, conversation) {
    if (event.type === 'turn') {
      answer.begin();
      announcer.say('Parley is answering.');
      parts.onBegin(conversation);
      if (stopWished) void stopTurn(conversation);
    } else if (event.type === 'delta') answer.push(event.text);
    else if (event.type === 'card') answer.card(event.id, event);
    else if (event.type === 'notice') answer.note(event.text);
    else if (event.type === 'done') {
      answer.end(event.end, event.usage);
      settle(event.end);
      announcer.say(answer.spoken);
      // A command may have changed everything.
      outdated ||= answer.text === '' && answer.mark === '';
      parts.onEnd(conversation);
    } else {
      answer.fail({ ...event, onRetry: parts.onRetry });
      settle('failed');
      announcer.say(event.message);
      parts.onEnd(conversation);
    }
  }

  return {
    get isRunning() {
      return current !== undefined;
    },
    leave,
    /** Something else changed the conversation: once this answer has ended the thread is out of date. */
    setOutdated() {
      outdated = true;
    },
    /**
     * @param {string} conversation
     * @param {(signal: AbortSignal) => Promise<Response>} open
     * @param {(error: unknown) => void} onRefused there will be no answer, and why
     * @returns {Promise<'ended' | 'gone' | 'left'>} `gone`: the server knows of no answer; `left`: {@link leave}
     */
    async follow(conversation, open, onRefused) {
      leave();
      const controller = new AbortController();
      const { signal } = controller;
      current = controller;
      stopWished = false;
      const place = thread.beginAnswer();
      parts.onState();
      try {
        const outcome = await followTurn({
          conversation,
          open,
          signal,
          onConnection: parts.onConnection,
          // Of a piece that came before somebody left, the rest is still told.
          onEvent: (event) => signal.aborted || take(event, place, conversation),
        });
        if (outcome === 'gone') place.remove();
        return outcome;
      } catch (error) {
        if (signal.aborted) return 'left';
        place.remove();
        onRefused(error);
        return 'ended';
      } finally {
        if (current === controller) {
          const refresh = outdated;
          leave();
          parts.onState();
          if (refresh) parts.onOutdated();
        }
      }
    },
    /**
     * Ends the answer that is followed, also where the server does not yet know that it is wanted.
     * @param {string} conversation
     */
    async stop(conversation) {
      if (current === undefined) return;
      stopWished = true;
      await stopTurn(conversation);
    },
  };
}
