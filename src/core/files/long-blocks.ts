/** A part of an answer that is a file in itself: a program, a table of figures. */
export interface LongBlock {
  /** As it was named beside it, else by its language. */
  readonly name: string;
  readonly text: string;
  readonly lines: number;
}

/** The code blocks of an answer that are too long to be read in a chat: of 80 lines or 4,000 characters and more. */
export function findLongBlocks(answer: string): readonly LongBlock[] {
  const blocks: LongBlock[] = [];
  const lines = answer.split('\n');
  let open: { readonly fence: string; readonly info: string; readonly from: number } | undefined;
  for (const [index, line] of lines.entries()) {
    const [, fence, info = ''] = /^ {0,3}(`{3,}|~{3,})[ \t]*(.*)$/.exec(line) ?? [];
    if (fence === undefined) continue;
    if (open === undefined) {
      open = { fence, info, from: index + 1 };
    } else if (fence.startsWith(open.fence) && info.trim() === '') {
      const body = lines.slice(open.from, index);
      const text = `${body.join('\n')}\n`;
      if (body.length >= fewestLines || text.length >= fewestCharacters) {
        const before = lines.slice(0, open.from - 1).findLast((said) => said.trim() !== '');
        blocks.push({
          name: nameOf(open.info, (body[0] ?? '').slice(0, 200), before ?? '', blocks.length),
          text,
          lines: body.length,
        });
      }
      open = undefined;
    }
  }
  return blocks;
}

/** A name in the block's own head, in its first line (a comment), or in the line above it; else one by its language. */
function nameOf(info: string, first: string, before: string, index: number): string {
  const commented = /^\s*(?:#|\/\/|--|;|<!--|\/\*)\s*(\S+)\s*(?:-->|\*\/)?\s*$/.exec(first)?.[1] ?? '';
  const quoted = [...before.matchAll(/[`*"“]([\w./-]+)[`*"”]/g)].at(-1)?.[1] ?? '';
  for (const candidate of [...info.split(/[\s="':]+/).slice(1), commented, quoted]) {
    const [, name] = /^(?:[\w./-]*\/)?([\w-][\w.-]*\.[a-z]\w{0,5})$/i.exec(candidate) ?? [];
    if (name !== undefined && name.length <= longestName) return name;
  }
  const language = /^[\w+#-]+/.exec(info)?.[0].toLowerCase() ?? '';
  const extension = extensions[language] ?? (/^[a-z]{1,5}$/.test(language) ? language : 'txt');
  return `answer${index === 0 ? '' : `-${index + 1}`}.${extension}`;
}

const extensions: Readonly<Record<string, string | undefined>> = {
  python: 'py',
  typescript: 'ts',
  javascript: 'js',
  markdown: 'md',
  shell: 'sh',
  bash: 'sh',
  console: 'txt',
  text: 'txt',
  plaintext: 'txt',
  ruby: 'rb',
  rust: 'rs',
  kotlin: 'kt',
  'c++': 'cpp',
  'c#': 'cs',
  csharp: 'cs',
  golang: 'go',
  perl: 'pl',
  haskell: 'hs',
  dockerfile: 'txt',
  makefile: 'txt',
};
const fewestLines = 80;
const fewestCharacters = 4_000;
/** It has to fit into a button's id. */
const longestName = 20;
