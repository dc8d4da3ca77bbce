import { create, createButton, createIcon, find } from './dom.js';
import { toast } from './toast.js';

/** @typedef {import('./api.js').Attachment} Attachment */

/** Most files that go with a question. */
const most = 10;

/**
 * Files that are to go with the next question: chosen, dropped or pasted. So far only their names, types and sizes go.
 * @param {{ list: HTMLElement, chooser: HTMLInputElement, button: HTMLButtonElement, dropZone: HTMLElement }} parts
 */
export function createAttachments({ list, chooser, button, dropZone }) {
  /** @type {Attachment[]} */
  let chosen = [];

  /** @param {Iterable<File>} files */
  function add(files) {
    for (const file of files) {
      if (chosen.length === most) {
        toast(`No more than ${most} files can go with a question.`);
        break;
      }
      chosen.push({ name: file.name, bytes: file.size, ...(file.type !== '' && { mediaType: file.type }) });
    }
    show();
  }

  function show() {
    list.replaceChildren(
      ...chosen.map((attachment) => {
        const chip = createChip(attachment);
        const remove = () => {
          chosen = chosen.filter((one) => one !== attachment);
          show();
          button.focus();
        };
        chip.append(
          createButton({
            icon: 'close',
            label: `Remove ${attachment.name}`,
            class: 'quiet tiny',
            onPress: remove,
          }),
        );
        return chip;
      }),
    );
    list.hidden = chosen.length === 0;
    find('#attachment-hint', HTMLElement).hidden = chosen.length === 0;
  }

  button.addEventListener('click', () => chooser.click());
  chooser.addEventListener('change', () => {
    add(chooser.files ?? []);
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
    /** Hands over what was chosen. */
    take() {
      const taken = chosen;
      chosen = [];
      show();
      return taken;
    },
    /** @param {readonly Attachment[]} attachments that were taken and not sent */
    giveBack(attachments) {
      chosen = [...attachments];
      show();
    },
  };
}

/**
 * A file as it is shown: name and size.
 * @param {Attachment} attachment
 */
export function createChip({ name, bytes }) {
  const size = bytes === undefined ? '' : toSize(bytes);
  return create(
    'li',
    { class: 'chip' },
    createIcon('file'),
    create('span', { class: 'chip-name' }, name),
    create('span', { class: 'chip-size faint' }, size),
  );
}

/** @param {number} bytes */
function toSize(bytes) {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
