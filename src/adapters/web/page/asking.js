import * as api from './api.js';
import { askOnce } from './ask-once.js';
import { toast } from './toast.js';

/**
 * @typedef {import('./attachments.js').Attachment} Attachment
 * @typedef {{ text: string, attachments: readonly Attachment[], persona?: string }} Asked what was asked, as it is shown
 */

/**
 * Asks in the conversation that is open, by words or by a button.
 * @param {object} parts
 * @param {ReturnType<typeof import('./thread.js').createThread>} parts.thread
 * @param {ReturnType<typeof import('./composer.js').createComposer>} parts.composer
 * @param {ReturnType<typeof import('./announcer.js').createAnnouncer>} parts.announcer
 * @param {ReturnType<typeof import('./follower.js').createFollower>} parts.follower
 * @param {(connected: boolean) => void} parts.onConnection
 * @param {() => void} parts.onAsk a question was put at the end of the thread
 * @param {() => Promise<void>} parts.onGone the server knows of no answer
 * @param {() => string} parts.conversation
 */
export function createAsking(parts) {
  const { thread, composer, announcer, follower, onConnection, onAsk, onGone, conversation } = parts;

  /** @param {Asked} asked */
  async function ask(asked) {
    const { text, attachments } = asked;
    const question = toQuestion(asked);
    const id = conversation();
    const open = askAtEnd((signal) => api.ask(id, question, signal), asked, isImage(text));
    const outcome = await follower.follow(id, open, (error) => {
      if (error instanceof api.Problem && error.status === 409) {
        thread.removeLast();
        composer.giveBack(text, attachments);
        toast(error.message);
        follower.setOutdated();
      } else setUnsent(error, () => ask(asked));
    });
    if (outcome === 'gone') await onGone();
  }

  /**
   * @param {import('./api.js').CardButton} button
   * @param {string} [text] what it asked for
   */
  async function press(button, text) {
    if (follower.isRunning) {
      toast('Parley is still answering. Press Esc to stop it.');
      return;
    }
    const id = conversation();
    const pressed = { button: button.id, ...(text !== undefined && { text }) };
    const words = text === undefined ? button.label : `${button.label}: ${text}`;
    const open = askAtEnd((signal) => api.press(id, pressed, signal), { text: words }, true);
    const following = follower.follow(id, open, (error) => setUnsent(error, () => press(button, text)));
    // Only the server knows what was asked for by that.
    follower.setOutdated();
    if ((await following) === 'gone') await onGone();
  }

  /**
   * Shows a question at the end of the thread.
   * @param {(signal: AbortSignal) => Promise<Response>} send asks it
   * @param {{ text: string, attachments?: readonly Attachment[] }} asked
   * @param {boolean} loose whether the server may have other words for it
   * @returns {(signal: AbortSignal) => Promise<Response>} asks it once
   */
  function askAtEnd(send, { text, attachments = [] }, loose) {
    const id = conversation();
    const { turns } = thread;
    thread.addQuestion(text, attachments, loose);
    onAsk();
    const onUnreachable = () => onConnection(false);
    return (signal) => askOnce(id, send, { turns, signal, onUnreachable });
  }

  /**
   * @param {unknown} error why the newest question was not taken
   * @param {() => Promise<void>} again asks it again
   */
  function setUnsent(error, again) {
    const { answer, remove } = thread.beginAnswer();
    const message = toMessage(error);
    const retryAfterSeconds = error instanceof api.Problem ? error.retryAfterSeconds : undefined;
    const onRetry = () => {
      remove();
      thread.removeLast();
      void again();
    };
    answer.fail({ message, onRetry, ...(retryAfterSeconds && { retryAfterSeconds }) });
    announcer.say(message);
  }

  return { ask, press };
}

/**
 * @param {Asked} asked
 * @returns {api.Question} as the server takes it
 */
function toQuestion({ text, attachments, persona }) {
  return {
    ...(text !== '' && { text }),
    ...(attachments.length > 0 && { attachments: attachments.map(({ id }) => ({ upload: id })) }),
    ...(persona !== undefined && { persona }),
  };
}

/** @param {string} text */
function isImage(text) {
  return /^\/image\b/i.test(text);
}

/** @param {unknown} error */
export function toMessage(error) {
  return error instanceof Error ? error.message : String(error);
}

/** @returns {string} for a new conversation: random; `crypto.randomUUID` is missing where the page comes over plain HTTP from another machine */
export function createId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
