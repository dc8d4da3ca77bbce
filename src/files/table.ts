/** Counts the rows and columns of separated values (CSV, TSV) as they arrive. */
export interface TableCounter {
  add(piece: string): void;
  /** Rows with the header. Columns are those of the first row. */
  counts(): { readonly rows: number; readonly columns: number };
}

/** Creates a {@link TableCounter}. The separator is what the first row has most of: comma, semicolon or tab. */
export function createTableCounter(): TableCounter {
  let quoted = false;
  let rows = 0;
  let rowOpen = false;
  let lineOpen = false;
  let lines = 0;
  const header = createHeaderCounter();
  let headerOpen = true;

  return {
    add(piece) {
      let from = 0;
      let quote = piece.indexOf('"');
      // From mark to mark: rows without quotes cost next to nothing.
      for (let end = piece.indexOf('\n'); end >= 0 || quote >= 0; ) {
        if (quote >= 0 && (end < 0 || quote < end)) {
          quoted = !quoted;
          rowOpen = true;
          quote = piece.indexOf('"', quote + 1);
          continue;
        }
        lines++;
        lineOpen = false;
        if (!quoted) {
          if (rowOpen || !isBlank(piece, from, end)) rows++;
          if (headerOpen) header.add(piece.slice(0, end));
          headerOpen = false;
          rowOpen = false;
          from = end + 1;
        }
        end = piece.indexOf('\n', end + 1);
      }
      if (!isBlank(piece, from, piece.length)) rowOpen = true;
      if (!isBlank(piece, piece.lastIndexOf('\n') + 1, piece.length)) lineOpen = true;
      if (headerOpen) header.add(piece);
    },
    counts() {
      // A quote that never ends is no quote: then lines are rows.
      const count = quoted ? lines + (lineOpen ? 1 : 0) : rows + (rowOpen ? 1 : 0);
      return { rows: count, columns: header.columns() };
    },
  };
}

function isBlank(text: string, from: number, end: number): boolean {
  for (let at = from; at < end; at++) if (text.charCodeAt(at) > 0x20) return false;
  return true;
}

/** Counts the separators of the first row, of each kind, outside of quotes. */
function createHeaderCounter() {
  const counts: Record<string, number> = { ',': 0, ';': 0, '\t': 0 };
  let quoted = false;

  return {
    add(piece: string): void {
      for (let at = 0; at < piece.length; at++) {
        const mark = piece.charAt(at);
        const count = counts[mark];
        if (mark === '"') quoted = !quoted;
        else if (count !== undefined && !quoted) counts[mark] = count + 1;
      }
    },
    columns: () => 1 + Math.max(...Object.values(counts)),
  };
}
