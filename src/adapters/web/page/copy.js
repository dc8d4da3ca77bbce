/**
 * Copies a text and says on the button whether that worked.
 * @param {HTMLButtonElement} button
 * @param {string} text
 */
export async function copyOnPress(button, text) {
  const words = button.querySelector('span');
  const before = words?.textContent ?? '';
  const ok = await copy(text);
  button.dataset.copied = String(ok);
  if (words !== null) words.textContent = ok ? 'Copied' : 'Not copied';
  setTimeout(() => {
    delete button.dataset.copied;
    if (words !== null) words.textContent = before;
  }, 1_600);
}

/** @param {string} text */
async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Over plain HTTP from another machine there is no clipboard for pages.
    return copyBySelection(text);
  }
}

/** @param {string} text */
function copyBySelection(text) {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  document.body.append(field);
  field.select();
  const ok = document.execCommand('copy');
  field.remove();
  return ok;
}
