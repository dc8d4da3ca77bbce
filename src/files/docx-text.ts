/** A part of a document, in the shape that mammoth gives to `transformDocument`. */
export interface Piece {
  readonly type: string;
  readonly children?: readonly Piece[];
  /** Of a text. */
  readonly value?: string;
  /** Of a paragraph, for example `Heading 1`. */
  readonly styleName?: string | null;
  /** Of a paragraph in a list; `level` counts from `'0'`. */
  readonly numbering?: { readonly isOrdered: boolean; readonly level: string } | null;
  /** Of a checkbox. */
  readonly checked?: boolean;
  /** Of a reference to a note, and of the note. */
  readonly noteType?: string;
  readonly noteId?: string;
  /** Of a note. */
  readonly body?: readonly Piece[];
  /** Of the document. */
  readonly notes?: { resolve(reference: Piece): Piece | undefined };
}

/** The text of a document, or of a slice of one. */
export interface DocumentText {
  readonly text: string;
  /** The number of its last note, or the one that was given. */
  readonly lastNote: number;
}

/**
 * The text of a document: headings, lists and tables in the manner of Markdown, notes at its end.
 * @param lastNote how many notes were there before it
 */
export function toDocumentText(document: Piece, lastNote: number): DocumentText {
  const notes: Notes = { before: lastNote, pieces: [] };
  const body = blocks(document.children ?? [], notes);
  for (const [index, reference] of notes.pieces.entries()) {
    const note = document.notes?.resolve(reference);
    const text = blocks(note?.body ?? [], { before: 0, pieces: [] })
      .join(' ')
      .trim();
    if (text !== '') body.push(`[${lastNote + index + 1}] ${text}`);
  }
  const text = body
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
  return { text, lastNote: lastNote + notes.pieces.length };
}

/** References to notes, in their order. */
interface Notes {
  readonly before: number;
  readonly pieces: Piece[];
}

function blocks(pieces: readonly Piece[], notes: Notes): string[] {
  return pieces.flatMap((piece) => {
    if (piece.type === 'paragraph') return [paragraph(piece, notes)];
    if (piece.type === 'table') return ['', ...(piece.children ?? []).map((row) => tableRow(row, notes)), ''];
    return piece.children === undefined ? [inline(piece, notes)] : blocks(piece.children, notes);
  });
}

function paragraph(piece: Piece, notes: Notes): string {
  const text = (piece.children ?? []).map((child) => inline(child, notes)).join('');
  const heading = /^heading ([1-6])$/i.exec(piece.styleName ?? '')?.[1];
  if (heading !== undefined) return `\n${'#'.repeat(Number(heading))} ${text}\n`;
  if (piece.styleName === 'Title') return `# ${text}\n`;
  if (piece.numbering) {
    const indent = '  '.repeat(Math.min(8, Number.parseInt(piece.numbering.level, 10) || 0));
    return `${indent}${piece.numbering.isOrdered ? '1.' : '-'} ${text}`;
  }
  return `${text}\n`;
}

function tableRow(row: Piece, notes: Notes): string {
  const cells = (row.children ?? []).map((cell) =>
    blocks(cell.children ?? [], notes)
      .join(' ')
      .replace(/\s+/g, ' ')
      .trim(),
  );
  return `| ${cells.join(' | ')} |`;
}

function inline(piece: Piece, notes: Notes): string {
  switch (piece.type) {
    case 'text':
      return piece.value ?? '';
    case 'tab':
      return '\t';
    case 'break':
      return '\n';
    case 'checkbox':
      return piece.checked === true ? '[x] ' : '[ ] ';
    case 'noteReference':
      return `[${notes.before + notes.pieces.push(piece)}]`;
    default:
      return (piece.children ?? []).map((child) => inline(child, notes)).join('');
  }
}
