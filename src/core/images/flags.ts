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
 * keyboard made one long dash of the two, it counts as two; but what nobody knows is then a dash in somebody's prose. What
 * stands in quotation marks, or in code, is left as it is.
 */
export function readFlags(text: string): Flags {
  const flags: Record<string, string> = {};
  let unknown: string | undefined;
  const words = text.replace(
    quotedOrFlag,
    (whole, dashes: string | undefined, name = '', ...values: string[]) => {
      if (dashes === undefined) return whole;
      const known = Object.hasOwn(aliases, name.toLowerCase()) ? aliases[name.toLowerCase()] : undefined;
      if (known === undefined) {
        if (dashes === '--') unknown ??= name;
        return whole;
      }
      const [double, single, bare] = values;
      flags[known] = (double ?? single ?? bare ?? '').trim();
      return '';
    },
  );
  return { words: words.trim(), flags, ...(unknown !== undefined && { unknown }) };
}

/** A value may be a size with spaces in it: `1024 x 1536`. */
const quotedOrFlag =
  /`[^`\n]*`|(?<!\S)["“][^"“”\n]*["”](?!\S)|(?:^|\s)(--|[—–]|-(?=[nqs]\b))([a-zA-Z]+)(?:\s*=\s*|\s+|$)(?:["“”]([^"“”]*)["“”]|'([^']*)'|(\d{2,5}\s+[x×]\s+\d{2,5}|(?!--|[—–])\S*))/g;

const aliases: Readonly<Record<string, string>> = {
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
