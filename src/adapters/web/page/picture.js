import { create } from './dom.js';

/** @typedef {import('./api.js').CardFile} CardFile */

/**
 * The place of one picture: first empty, then its previews, each in the place of the one before, then the picture.
 * @param {{ onOpen: () => void, onRender: () => void }} handlers
 */
export function createPicture({ onOpen, onRender }) {
  const frame = create('button', {
    type: 'button',
    class: 'frame',
    disabled: '',
    'aria-label': 'Not drawn yet',
  });
  const element = create('figure', { class: 'picture pending' }, frame);
  /** @type {HTMLImageElement | undefined} */
  let newest;
  let address = '';

  frame.addEventListener('click', onOpen);

  /** @param {HTMLImageElement} image @param {CardFile} file */
  function setShape(image, { width = image.naturalWidth, height = image.naturalHeight }) {
    if (width === 0 || height === 0) return;
    const ratio = width / height;
    element.dataset.shape = ratio > 1.15 ? 'wide' : ratio < 0.87 ? 'tall' : 'square';
    element.classList.remove('pending');
  }

  /** @param {CardFile} file */
  function setGone({ description }) {
    element.className = 'picture gone';
    element.replaceChildren(
      create('p', {}, 'This picture is not kept any more.'),
      create('p', { class: 'faint' }, description),
    );
    onRender();
  }

  /**
   * @param {HTMLImageElement} image
   * @param {CardFile} file
   * @returns {Promise<boolean>} whether it can be seen; a connection that broke gets a second chance
   */
  async function isReady(image, { url = '', final }) {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await image.decode();
        return true;
      } catch {
        // A preview may be gone by the time it is asked for: the next one is there already.
        if (image !== newest || final === false || attempt === mostRetries) return false;
      }
      await new Promise((resolve) => setTimeout(resolve, retryMs));
      image.src = url;
    }
  }

  /**
   * Puts an image over the one before, once it can be seen.
   * @param {HTMLImageElement} image
   * @param {CardFile} file
   */
  async function swap(image, file) {
    if (!(await isReady(image, file))) {
      if (image === newest && file.final !== false) setGone(file);
      return;
    }
    if (image !== newest) return;
    setShape(image, file);
    const before = [...frame.children];
    frame.append(image);
    frame.removeAttribute('aria-label');
    frame.disabled = file.final === false;
    if (frame.disabled === false) frame.title = 'Open';
    onRender();
    const still = before.length === 0 || matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (!still)
      await image.animate([{ opacity: 0 }, { opacity: 1 }], { duration: 350, easing: 'ease-out' }).finished;
    for (const old of before) old.remove();
  }

  return {
    element,
    /**
     * @param {CardFile} file
     * @param {boolean} growing false: it is old, and can wait until it comes into view
     */
    show(file, growing) {
      const { url, description, width, height } = file;
      if (url === undefined) {
        setGone(file);
        return;
      }
      if (url === address) {
        frame.disabled = file.final === false;
        return;
      }
      address = url;
      const image = create('img', { alt: description, decoding: 'async', draggable: 'false' });
      newest = image;
      if (width !== undefined && height !== undefined) {
        image.width = width;
        image.height = height;
      }
      if (growing) {
        image.src = url;
        void swap(image, file);
        return;
      }
      image.loading = 'lazy';
      image.addEventListener('error', () => setGone(file));
      image.addEventListener('load', () => {
        setShape(image, file);
        onRender();
      });
      setShape(image, file);
      image.src = url;
      frame.replaceChildren(image);
      frame.removeAttribute('aria-label');
      frame.disabled = false;
      frame.title = 'Open';
    },
  };
}

const mostRetries = 2;
const retryMs = 1_500;
