/** So close to the end counts as being there. */
const nearPixels = 48;

/**
 * Keeps the end of a growing region in view, unless the reader scrolled up.
 * @param {HTMLElement} region what scrolls
 * @param {HTMLButtonElement} toEnd shown while the end is out of view
 */
export function createScroll(region, toEnd) {
  let following = true;
  let last = 0;

  const distance = () => region.scrollHeight - region.clientHeight - region.scrollTop;

  function note() {
    const near = distance() <= nearPixels;
    // Scrolled up means that the reader did it: what grows only ever moves the end away.
    if (near) following = true;
    else if (region.scrollTop < last) following = false;
    last = region.scrollTop;
    toEnd.hidden = near || following;
  }

  function jump() {
    following = true;
    region.scrollTop = region.scrollHeight;
    note();
  }

  function keep() {
    if (following) jump();
    else note();
  }

  region.addEventListener('scroll', note, { passive: true });
  toEnd.addEventListener('click', () => {
    jump();
    region.focus();
  });
  // What scrolls can be reached with the keyboard.
  region.tabIndex = 0;
  new ResizeObserver(keep).observe(region);

  return {
    /** To be called after something changed in the region. */
    keep,
    /** To the end, and stay there. */
    jump,
  };
}
