import { deleteUpload, upload } from './api.js';
import { createChip } from './chip.js';
import { create, createButton } from './dom.js';
import { toast } from './toast.js';

/**
 * A file that is to go with a question. `id` is there once the server has it.
 * @typedef {import('./chip.js').ShownFile & { id: string }} Attachment
 *
 * @typedef {{ attachment: Attachment, element: HTMLElement, state: 'coming' | 'there' | 'failed',
 *   giveUp: AbortController }} Chosen
 */

/** Most files that go with a question. */
const most = 16;
/** Pictures that every browser shows. */
const pictures = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/**
 * Files that are to go with the next question: chosen, dropped or pasted. Each is sent to the server at once.
 * @param {object} parts
 * @param {HTMLElement} parts.list
 * @param {HTMLInputElement} parts.chooser
 * @param {HTMLButtonElement} parts.button
 * @param {HTMLElement} parts.dropZone
 * @param {() => number} parts.mostBytes of one file
 * @param {() => void} parts.onChange one was added, has arrived, failed, or was removed
 */
export function createAttachments({ list, chooser, button, dropZone, mostBytes, onChange }) {
  /** @type {Chosen[]} */
  let chosen = [];

  /** @param {Iterable<File>} files */
  function add(files) {
    for (const file of files) {
      if (chosen.length === most) {
        toast(`No more than ${most} files can go with a question.`);
        break;
      }
      const preview = pictures.has(file.type) ? { preview: URL.createObjectURL(file) } : {};
      const one = choose({ id: '', name: file.name, bytes: file.size, ...preview }, 'coming');
      void send(one, file);
    }
    show();
  }

  /**
   * @param {Attachment} attachment
   * @param {Chosen['state']} state
   */
  function choose(attachment, state) {
    /** @type {Chosen} */
    const one = { attachment, state, element: createChip(attachment), giveUp: new AbortController() };
    const label = `Remove ${attachment.name}`;
    const onPress = () => {
      remove(one);
      button.focus();
    };
    one.element.append(createButton({ icon: 'close', label, class: 'quiet tiny', onPress }));
    chosen.push(one);
    return one;
  }

  /**
   * @param {Chosen} one
   * @param {File} file
   */
  async function send(one, file) {
    const { name } = one.attachment;
    const progress = create('progress', { max: '1', value: '0', 'aria-label': `Uploading ${name}` });
    one.element.lastElementChild?.before(progress);
    try {
      const most = mostBytes();
      // A server that refuses a body half way is not always heard.
      if (file.size > most)
        throw new Error(`“${name}” is too large: send files of up to ${most / 1_000_000} MB.`);
      const onProgress = (/** @type {number} */ share) => {
        progress.value = share;
      };
      one.attachment.id = (await upload(file, { signal: one.giveUp.signal, onProgress })).id;
      one.state = 'there';
    } catch (error) {
      if (one.giveUp.signal.aborted) return;
      setFailed(one, error instanceof Error ? error.message : String(error));
    } finally {
      progress.remove();
    }
    onChange();
  }

  /**
   * @param {Chosen} one
   * @param {string} message
   */
  function setFailed(one, message) {
    one.state = 'failed';
    one.element.classList.add('failed');
    one.element.append(create('p', { class: 'chip-fault', role: 'alert' }, message));
  }

  /** @param {Chosen} one */
  function remove(one) {
    chosen = chosen.filter((other) => other !== one);
    one.giveUp.abort();
    const { id, preview } = one.attachment;
    if (preview !== undefined) URL.revokeObjectURL(preview);
    // Where that fails the server forgets it by itself.
    if (id !== '') deleteUpload(id).catch(() => undefined);
    show();
  }

  function show() {
    list.replaceChildren(...chosen.map(({ element }) => element));
    list.hidden = chosen.length === 0;
    onChange();
  }

  button.addEventListener('click', () => chooser.click());
  chooser.addEventListener('change', () => {
    add([...(chooser.files ?? [])]);
    chooser.value = '';
  });
  dropZone.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    dropZone.classList.add('dropping');
  });
  for (const end of ['dragleave', 'drop', 'dragend']) {
    dropZone.addEventListener(end, () => dropZone.classList.remove('dropping'));
  }
  dropZone.addEventListener('drop', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    add(event.dataTransfer.files);
  });
  dropZone.addEventListener('paste', (event) => {
    const files = event.clipboardData?.files;
    if (files === undefined || files.length === 0) return;
    event.preventDefault();
    add(files);
  });

  return {
    /** Whether some are still on their way. */
    get isBusy() {
      return chosen.some(({ state }) => state === 'coming');
    },
    get hasFailed() {
      return chosen.some(({ state }) => state === 'failed');
    },
    /** Whether there is something to send. */
    get isReady() {
      return chosen.some(({ state }) => state === 'there');
    },
    /**
     * Hands over what has arrived; what failed is left behind.
     * @returns {Attachment[]}
     */
    take() {
      const taken = chosen.filter(({ state }) => state === 'there').map(({ attachment }) => attachment);
      chosen = [];
      show();
      return taken;
    },
    /** They are not wanted any more. */
    clear() {
      for (const one of chosen) remove(one);
    },
    /** @param {readonly Attachment[]} attachments that were taken and not sent */
    giveBack(attachments) {
      for (const attachment of attachments) choose(attachment, 'there');
      show();
    },
  };
}
