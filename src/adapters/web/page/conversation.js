import * as api from './api.js';
import { createAsking, createId, toMessage } from './asking.js';
import { confirmAction } from './dialogs.js';
import { createFollower } from './follower.js';
import { rest } from './rest.js';
import { toastFault } from './toast.js';

/**
 * @typedef {import('./attachments.js').Attachment} Attachment
 *
 * What the rest of the page shows of the conversation that is open. `id` is empty where it has not begun.
 * @typedef {{ id: string, title: string, persona: string, isEmpty: boolean, running: boolean }} State
 */

/**
 * The conversation that is open: what was said, and the answer that is being written.
 *
 * @param {object} parts
 * @param {ReturnType<typeof import('./thread.js').createThread>} parts.thread
 * @param {ReturnType<typeof import('./composer.js').createComposer>} parts.composer
 * @param {ReturnType<typeof import('./announcer.js').createAnnouncer>} parts.announcer
 * @param {() => void} parts.onAsk a question was put at the end of the thread
 * @param {(state: State) => void} parts.onState something to show has changed
 * @param {(connected: boolean) => void} parts.onConnection
 * @param {(id: string) => void} parts.onBegin a conversation has got its id
 * @param {(id: string) => void} parts.onChange what the server holds of a conversation has changed
 */
export function createConversation(parts) {
  const { thread, composer, announcer, onConnection } = parts;
  let id = '';
  let title = '';
  let persona = '';
  /** Whether the server knows the conversation. */
  let begun = false;
  const follower = createFollower({
    ...{ thread, announcer, onConnection },
    onState: show,
    onBegin(conversation) {
      begun = true;
      composer.forget();
      parts.onChange(conversation);
    },
    onEnd: parts.onChange,
    onOutdated: () => void refresh(),
    onRetry: () => void regenerate(),
  });

  const asking = createAsking({
    ...{ thread, composer, announcer, follower, onConnection },
    onAsk: parts.onAsk,
    onGone: refreshSoon,
    conversation: () => id,
  });

  function show() {
    const running = follower.isRunning;
    composer.setRunning(running);
    parts.onState({ id, title, persona, isEmpty: thread.isEmpty, running });
  }

  /** Gets in step with the server. */
  async function refresh() {
    const wanted = id;
    if (wanted === '' || follower.isRunning) return;
    let known;
    try {
      known = await api.readConversation(wanted);
    } catch (error) {
      if (id !== wanted) return;
      if (error instanceof api.Problem && error.status === 404) thread.welcome();
      else if (thread.isEmpty) thread.showFault(`${toMessage(error)} Reload the page to try again.`);
      else toastFault(error);
      return;
    }
    if (id !== wanted || follower.isRunning) return;
    begun = true;
    title = known.title;
    persona = known.persona ?? '';
    thread.show(known.turns);
    thread.welcome();
    show();
    if (known.running !== null || thread.isWaiting) await takeUp(known.running !== null);
  }

  /**
   * Follows the answer that runs, or that ended lately and is not remembered.
   * @param {boolean} running
   */
  async function takeUp(running) {
    const conversation = id;
    const open = (/** @type {AbortSignal} */ signal) => api.resumeTurn(conversation, '', signal);
    if ((await follower.follow(conversation, open, toastFault)) !== 'gone') return;
    if (running) await refreshSoon();
    else if (thread.isWaiting) {
      const { answer } = thread.beginAnswer();
      answer.fail({ message: 'This question has no answer.', onRetry: regenerate });
    }
  }

  /** A server that was started again takes up again shortly what it was asked. */
  async function refreshSoon() {
    await rest(2, new AbortController().signal);
    await refresh();
  }

  async function regenerate() {
    if (follower.isRunning) return;
    const conversation = id;
    thread.removeAsides();
    if (!thread.isWaiting) thread.removeLast();
    const open = (/** @type {AbortSignal} */ signal) => api.regenerate(conversation, signal);
    await follower.follow(conversation, open, (error) => {
      toastFault(error);
      follower.setOutdated();
    });
  }

  /**
   * Does what the server may refuse.
   * @param {() => Promise<void>} work
   */
  async function attempt(work) {
    try {
      await work();
    } catch (error) {
      // Already so, or there is nothing to do it to.
      if (!(error instanceof api.Problem && error.status === 404)) toastFault(error);
    }
  }

  return {
    get id() {
      return id;
    },
    get persona() {
      return persona;
    },
    /** @param {string} next empty: a new one */
    async open(next) {
      follower.leave();
      id = next;
      title = '';
      persona = '';
      begun = false;
      thread.clear();
      composer.switchTo(id);
      if (id === '') thread.welcome();
      show();
      await refresh();
    },
    /**
     * @param {string} text
     * @param {Attachment[]} [attachments]
     */
    async send(text, attachments = []) {
      if (follower.isRunning) return;
      if (id === '') {
        id = createId();
        composer.adopt(id);
        parts.onBegin(id);
      }
      composer.keep(text);
      const withPersona = !begun && persona !== '';
      await asking.ask({ text, attachments, ...(withPersona && { persona }) });
    },
    press: asking.press,
    regenerate,
    refresh,
    stop: () => attempt(() => follower.stop(id)),
    /** Takes back the last question and its answer: the question goes to where questions are written. */
    async undo() {
      await attempt(async () => {
        const question = await api.undoTurn(id);
        thread.removeAsides();
        composer.giveBack(question);
        await refresh();
        parts.onChange(id);
      });
    },
    /** Forgets what was said, if that is wanted. */
    async clear() {
      const sure = await confirmAction({
        title: 'Clear this conversation?',
        text: 'Parley forgets everything that was said in it. The title and the persona stay.',
        action: 'Clear',
      });
      if (!sure) return;
      await attempt(async () => {
        follower.leave();
        await api.clearConversation(id);
        thread.clear();
        thread.welcome();
        show();
        parts.onChange(id);
      });
      composer.focus();
    },
    /** @param {string} text empty: Parley's own */
    async setPersona(text) {
      await attempt(async () => {
        if (begun) await api.changeConversation(id, { persona: text });
        persona = text;
        show();
        if (begun) parts.onChange(id);
      });
    },
    /** Another tab has changed this conversation. */
    async catchUp() {
      if (follower.isRunning) follower.setOutdated();
      else await refresh();
    },
  };
}
