import { create, createIcon } from './dom.js';

/**
 * A file as it is shown. `preview`: the address of its picture within this page. `about`: what it is, as Parley read it.
 * @typedef {{ name: string, bytes?: number, preview?: string, about?: string }} ShownFile
 */

/**
 * The name of a file, with its picture where it is one, and its size or what it is.
 * @param {ShownFile} file
 */
export function createChip({ name, bytes, preview, about }) {
  const size = bytes === undefined ? '' : toSize(bytes);
  return create(
    'li',
    { class: 'chip' },
    preview === undefined ? createIcon('file') : create('img', { src: preview, alt: '' }),
    create('span', { class: 'chip-name', title: name }, name),
    create('span', { class: 'chip-size faint' }, about ?? size),
  );
}

/** @param {number} bytes */
function toSize(bytes) {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
