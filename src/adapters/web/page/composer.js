import { createAttachments } from './attachments.js';
import { createCommandHint } from './command-hint.js';
import { find } from './dom.js';
import { keepDraft, readDraft } from './drafts.js';
import { toast } from './toast.js';

/** @typedef {import('./attachments.js').Attachment} Attachment */

/**
 * Where questions are written.
 * @param {object} options
 * @param {(text: string, attachments: Attachment[]) => void} options.onSend
 * @param {() => void} options.onStop
 * @param {() => number} options.mostFileBytes
 * @param {() => readonly { name: string, description: string }[]} options.commands what can be sent as a question
 */
export function createComposer({ onSend, onStop, mostFileBytes, commands }) {
  const form = find('#composer', HTMLFormElement);
  const field = find('#question', HTMLTextAreaElement);
  const send = find('#send', HTMLButtonElement);
  const stop = find('#stop', HTMLButtonElement);
  const attachments = createAttachments({
    list: find('#attachments', HTMLElement),
    chooser: find('#chooser', HTMLInputElement),
    button: find('#attach', HTMLButtonElement),
    dropZone: find('main', HTMLElement),
    mostBytes: mostFileBytes,
    onChange: goOn,
  });
  const showHint = createCommandHint(field, find('#keys-hint', HTMLElement, form), commands);
  // Enter on a screen keyboard makes a new line, as everywhere on phones.
  const touch = matchMedia('(pointer: coarse)');
  let conversation = '';
  let running = false;
  /** The question is to go as soon as its files have arrived. */
  let waiting = false;

  function resize() {
    showHint();
    send.disabled = isEmpty();
    field.style.height = 'auto';
    field.style.height = `${field.scrollHeight}px`;
  }

  function isEmpty() {
    return field.value.trim() === '' && !attachments.isReady && !attachments.isBusy;
  }

  /** Something has become of the files. */
  function goOn() {
    resize();
    if (!waiting || attachments.isBusy) return;
    waiting = false;
    // What failed can be put right first.
    if (!attachments.hasFailed) submit();
  }

  /** @param {string} text */
  function write(text) {
    field.value = text;
    keepDraft(conversation, text);
    resize();
  }

  function submit() {
    const text = field.value.trim();
    if (isEmpty()) return;
    if (running) {
      toast('Parley is still answering. Press Esc to stop it.');
      return;
    }
    if (attachments.isBusy) {
      waiting = true;
      toast('The question goes as soon as its files have arrived.');
      return;
    }
    field.value = '';
    onSend(text, attachments.take());
    resize();
  }

  field.addEventListener('input', () => {
    keepDraft(conversation, field.value);
    resize();
  });
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    if (touch.matches && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    submit();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  // A press beside the buttons means the field.
  form.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('button, a, input, textarea, li') === null)
      field.focus();
  });
  stop.addEventListener('click', onStop);
  new ResizeObserver(resize).observe(form);

  return {
    focus() {
      if (!touch.matches) field.focus();
    },
    /**
     * Shows the draft of another conversation.
     * @param {string} id
     */
    switchTo(id) {
      conversation = id;
      waiting = false;
      attachments.clear();
      field.value = readDraft(id);
      resize();
    },
    /**
     * The conversation that had not begun has an id now.
     * @param {string} id
     */
    adopt(id) {
      keepDraft('', '');
      conversation = id;
    },
    /**
     * What was asked is kept until it has arrived.
     * @param {string} text
     */
    keep(text) {
      keepDraft(conversation, text);
    },
    /** The question has arrived: what is kept is what was typed since. */
    forget() {
      keepDraft(conversation, field.value);
    },
    /**
     * Puts a question back, before what was typed since.
     * @param {string} text
     * @param {readonly Attachment[]} [files]
     */
    giveBack(text, files = []) {
      write(field.value.trim() === '' ? text : `${text}\n\n${field.value}`);
      if (files.length > 0) attachments.giveBack(files);
      field.focus();
      field.setSelectionRange(text.length, text.length);
    },
    /** @param {boolean} now */
    setRunning(now) {
      running = now;
      const focused = document.activeElement;
      stop.hidden = !now;
      send.hidden = now;
      // The pressed button is gone: the focus must not be.
      if (focused === stop || focused === send) field.focus();
    },
  };
}
