/**
 * Says which commands there are, as soon as somebody begins one.
 * @param {HTMLTextAreaElement} field
 * @param {HTMLElement} hint says something else the rest of the time
 * @param {() => readonly { name: string, description: string }[]} commands
 * @returns {() => void} to be called when the text has changed
 */
export function createCommandHint(field, hint, commands) {
  const usual = hint.textContent ?? '';

  return () => {
    const words = hintFor(field.value, commands()) ?? usual;
    if (hint.textContent === words) return;
    hint.textContent = words;
    hint.classList.toggle('shown', words !== usual);
  };
}

/**
 * @param {string} text
 * @param {readonly { name: string, description: string }[]} commands
 */
function hintFor(text, commands) {
  const begun = /^\/([a-z]*)$/i.exec(text)?.[1]?.toLowerCase();
  if (begun !== undefined) {
    const fitting = commands.filter(({ name }) => name.startsWith(begun));
    return fitting.length === 0
      ? undefined
      : fitting.map(({ name, description }) => `/${name}: ${description}`).join(' · ');
  }
  const isImage = /^\/image\s/i.test(text) && commands.some(({ name }) => name === 'image');
  return isImage ? imageHint : undefined;
}

const imageHint = '--n 2 · --size tall · --quality high · --background transparent · --format webp';
