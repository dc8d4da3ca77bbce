/** A text, taken apart. */
export interface Flags {
  /** What is left, on one line where flags were cut out of it. */
  readonly words: string;
  readonly flags: Readonly<Record<string, string>>;
  /** A flag that nobody knows, without its dashes. */
  readonly unknown?: string;
}

/**
 * Finds the flags in a text that somebody typed: `--n 2`, `--n=2`, `-n 2`, with quotes around the value or not. Where a
 * keyboard made one long dash of the two, it counts as two; but what nobody knows is then a dash in somebody's prose.
 */
export function readFlags(text: string): Flags {
  const flags: Record<string, string> = {};
  let unknown: string | undefined;
  const words = text.replace(
    flag,
    (whole, _before: string, dashes: string, name: string, ...values: string[]) => {
      const known = aliases[name.toLowerCase()];
      if (known === undefined) {
        if (dashes === '--') unknown ??= name;
        return whole;
      }
      const [double, single, bare] = values;
      flags[known] = (double ?? single ?? bare ?? '').trim();
      return '';
    },
  );
  const plain = words.trim();
  return { words: plain, flags, ...(unknown !== undefined && { unknown }) };
}

const flag =
  /(^|\s)(--|[—–]|-(?=[nqs]\b))([a-zA-Z]+)(?:\s*=\s*|\s+|$)(?:["“”]([^"“”]*)["“”]|'([^']*)'|((?!--|[—–])\S*))/g;

const aliases: Readonly<Record<string, string | undefined>> = {
  n: 'n',
  count: 'n',
  number: 'n',
  s: 'size',
  size: 'size',
  shape: 'size',
  ar: 'size',
  aspect: 'size',
  q: 'quality',
  quality: 'quality',
  bg: 'background',
  background: 'background',
  format: 'format',
  type: 'format',
};
