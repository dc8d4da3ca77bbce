import { create, createIcon, find } from './dom.js';

/** @typedef {import('./api.js').CardFile} CardFile */

/** What {@link openViewer} shows now. @type {{ files: readonly CardFile[], index: number }} */
let shown = { files: [], index: 0 };
let isSetUp = false;

/**
 * Shows a picture as large as it can be, with a way to its neighbours. Esc or a press beside it closes it.
 * @param {readonly CardFile[]} files that have an address
 * @param {number} index of the one to begin with
 */
export function openViewer(files, index) {
  const dialog = find('#viewer', HTMLDialogElement);
  if (!isSetUp) setUp(dialog);
  isSetUp = true;
  shown = { files, index };
  show(dialog);
  dialog.showModal();
}

/** @param {HTMLDialogElement} dialog */
function setUp(dialog) {
  const download = create(
    'a',
    { class: 'quiet', 'aria-label': 'Download', title: 'Download' },
    createIcon('download'),
  );
  find('.viewer-place', HTMLElement, dialog).after(download);
  const step = (/** @type {number} */ by) => {
    const { files, index } = shown;
    shown = { files, index: (index + by + files.length) % files.length };
    show(dialog);
  };
  find('.viewer-before', HTMLButtonElement, dialog).addEventListener('click', () => step(-1));
  find('.viewer-after', HTMLButtonElement, dialog).addEventListener('click', () => step(1));
  dialog.addEventListener('keydown', ({ key }) => {
    if (key === 'ArrowLeft') step(-1);
    else if (key === 'ArrowRight') step(1);
  });
  dialog.addEventListener('click', ({ target }) => {
    if (target instanceof Element && target.matches('dialog, .viewer-stage')) dialog.close();
  });
}

/** @param {HTMLDialogElement} dialog */
function show(dialog) {
  const { files, index } = shown;
  const file = files[index];
  if (file?.url === undefined) return;
  const image = find('img', HTMLImageElement, dialog);
  image.src = file.url;
  image.alt = file.description;
  const download = find('a', HTMLAnchorElement, dialog);
  download.href = `${file.url}?download`;
  download.download = file.name;
  find('.viewer-name', HTMLElement, dialog).textContent = file.name;
  find('.viewer-place', HTMLElement, dialog).textContent =
    files.length > 1 ? `${index + 1} of ${files.length}` : '';
  for (const arrow of dialog.querySelectorAll('.viewer-stage > button'))
    arrow.toggleAttribute('hidden', files.length < 2);
}
