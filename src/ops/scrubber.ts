/** Shorter values would take half of the ordinary words with them. */
const shortest = 4;

/**
 * Removes secrets from a text, in every form in which they get into one: as they are, encoded for a URL or
 * in JSON, and in base64 (basic authentication).
 */
export function createScrubber(secrets: readonly string[]): (text: string) => string {
  const forms = new Set(secrets.filter((secret) => secret.length >= shortest).flatMap(formsOf));
  if (forms.size === 0) return (text) => text;
  const longestFirst = [...forms].toSorted((left, right) => right.length - left.length);
  const pattern = new RegExp(longestFirst.map(literally).join('|'), 'g');
  return (text) => text.replace(pattern, '[secret]');
}

function formsOf(secret: string): string[] {
  const plain = [secret, encodeURIComponent(secret.toWellFormed()), encodeURI(secret.toWellFormed())];
  const base64 = [Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('base64url')];
  return [...plain, ...plain.map((form) => JSON.stringify(form).slice(1, -1)), ...base64];
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
