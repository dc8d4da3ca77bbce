/** More would keep a screen reader talking for minutes; the answer itself can be read at leisure. */
const longest = 3_000;

/**
 * Tells screen readers what happens: that an answer is being written, then the answer, once.
 * @param {HTMLElement} region a live region
 */
export function createAnnouncer(region) {
  return {
    /** @param {string} text */
    say(text) {
      region.textContent = text.length > longest ? `${text.slice(0, longest)} … and more.` : text;
    },
  };
}
