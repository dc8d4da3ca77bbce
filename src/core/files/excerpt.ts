/** At most so many characters of a text: its head and its tail, and a line between that says what was left out. */
export function cutMiddle(text: string, mostCharacters: number): string {
  if (text.length <= mostCharacters) return text;
  const room = Math.max(0, mostCharacters - markRoom);
  const head = cutEnd(text, Math.ceil(room * headShare));
  const tail = cutStart(text, room - head.length);
  const left = text.length - head.length - tail.length;
  return `${head.trimEnd()}\n[… ${left.toLocaleString('en')} characters left out …]\n${tail.trimStart()}`;
}

/** The first lines of a text: what remains of it when the whole is out of view. The whole where it is short. */
export function toDigest(text: string): string {
  const lines = text.split('\n', digestLines + 1);
  const first = lines.length > digestLines ? lines.slice(0, digestLines).join('\n') : text;
  if (first.length <= digestCharacters) return first;
  const cut = first.slice(0, digestCharacters);
  return withoutHalf(cut);
}

/** A beginning of so many characters, up to the end of a line where one is near. */
function cutEnd(text: string, length: number): string {
  const cut = text.slice(0, length);
  const line = cut.lastIndexOf('\n');
  return line >= length - nearLine ? cut.slice(0, line + 1) : withoutHalf(cut);
}

/** An end of so many characters, from the beginning of a line where one is near. */
function cutStart(text: string, length: number): string {
  const cut = length <= 0 ? '' : text.slice(-length);
  const line = cut.indexOf('\n');
  if (line >= 0 && line < nearLine) return cut.slice(line + 1);
  return /^[\udc00-\udfff]/.test(cut) ? cut.slice(1) : cut;
}

/** Without the first half of a surrogate pair at its end. */
function withoutHalf(text: string): string {
  return /[\ud800-\udbff]$/.test(text) ? text.slice(0, -1) : text;
}

const headShare = 2 / 3;
/** Room for the line between. */
const markRoom = 60;
const nearLine = 200;
const digestLines = 10;
const digestCharacters = 500;
