import { readBlocks, renderBlocks } from './markdown.js';
import { mend } from './mend.js';
import { patch } from './patch.js';

/**
 * Markdown that grows in an element. Blocks that are finished are rendered once and never again; of the block that is
 * open, what has not changed stays. At most one rendering per frame, and never so many that they take most of the time.
 *
 * @param {HTMLElement} element
 * @param {() => void} onRender after every change of what is seen
 */
export function createGrowingText(element, onRender) {
  let text = '';
  /** So many characters, and children of the element, are settled. */
  let settled = { characters: 0, children: 0 };
  let frame = 0;
  let notBefore = 0;

  function schedule() {
    frame ||= requestAnimationFrame(onFrame);
  }

  /** @param {number} now */
  function onFrame(now) {
    frame = 0;
    if (now < notBefore) {
      schedule();
      return;
    }
    const start = performance.now();
    render();
    onRender();
    const end = performance.now();
    notBefore = end + (end - start) * restFactor;
  }

  function render() {
    const tail = text.slice(settled.characters);
    const blocks = readBlocks(tail);
    const done = blocks.slice(0, countSettled(blocks, tail));
    const characters = done.reduce((sum, block) => sum + block.raw.length, 0);
    const finished = renderBlocks(done);
    const rest = tail.slice(characters);
    const mended = mend(rest);
    const open = mended === rest ? blocks.slice(done.length) : readBlocks(mended);
    patch(element, settled.children, [...finished, ...renderBlocks(open)]);
    settled = {
      characters: settled.characters + characters,
      children: settled.children + finished.length,
    };
  }

  return {
    /** All that was pushed. */
    get text() {
      return text;
    },
    /** @param {string} delta */
    push(delta) {
      text += delta.replaceAll('\r', '');
      schedule();
    },
    /** Begins again from empty. */
    reset() {
      text = '';
      settled = { characters: 0, children: 0 };
      schedule();
    },
    /** No more will come: shows the text as it is. */
    finish() {
      cancelAnimationFrame(frame);
      const tail = readBlocks(text.slice(settled.characters));
      // A definition of a link also counts for what stands before it.
      const whole = text.includes(']:') ? readBlocks(text) : [];
      if (whole.some((block) => block.type === 'def')) patch(element, 0, renderBlocks(whole));
      else patch(element, settled.children, renderBlocks(tail));
      onRender();
    },
  };
}

/** After a rendering it rests so many times as long as that took. */
const restFactor = 2;

/**
 * How many of the blocks can no longer change: those before one whose first line is whole.
 * @param {import('./markdown.js').Token[]} blocks
 * @param {string} text that they were read from
 */
function countSettled(blocks, text) {
  let count = 0;
  let at = 0;
  for (const [index, block] of blocks.entries()) {
    // Where the reader changed the text, its blocks don't tell where they end.
    if (!text.startsWith(block.raw, at)) return 0;
    if (block.type !== 'space' && text.indexOf('\n', at) !== -1) count = index;
    at += block.raw.length;
  }
  return count;
}
