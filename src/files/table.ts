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
  let firstRow = '';
  let firstRowOpen = true;

  return {
    add(piece) {
      let from = 0;
      // From mark to mark: rows without quotes cost next to nothing.
      for (const match of piece.matchAll(/["\n]/g)) {
        if (match[0] === '"') {
          quoted = !quoted;
          rowOpen = true;
          continue;
        }
        lines++;
        lineOpen = false;
        if (quoted) continue;
        if (rowOpen || piece.slice(from, match.index).trim() !== '') rows++;
        if (firstRowOpen) firstRow = `${firstRow}${piece.slice(0, match.index)}`.slice(0, mostHeader);
        firstRowOpen = false;
        rowOpen = false;
        from = match.index + 1;
      }
      if (piece.slice(from).trim() !== '') rowOpen = true;
      if (piece.slice(piece.lastIndexOf('\n') + 1).trim() !== '') lineOpen = true;
      if (firstRowOpen) firstRow = `${firstRow}${piece}`.slice(0, mostHeader);
    },
    counts() {
      // A quote that never ends is no quote: then lines are rows.
      const count = quoted ? lines + (lineOpen ? 1 : 0) : rows + (rowOpen ? 1 : 0);
      return { rows: count, columns: columnsOf(firstRow) };
    },
  };
}

const mostHeader = 20_000;

function columnsOf(row: string): number {
  const bare = row.replace(/"[^"]*"/g, '');
  return 1 + Math.max(...[',', ';', '\t'].map((separator) => bare.split(separator).length - 1));
}
