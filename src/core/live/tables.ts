const delimiterRow = /^[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$/;

/** True where `rule` is the row of dashes that makes a table of `head`, the line above it. */
export function startsTable(head: string, rule: string): boolean {
  return rule.includes('|') && delimiterRow.test(rule) && cells(head) === cells(rule);
}

/** True where a line begins as the rows of a table with this head do; its first character decides. */
export function looksLikeRow(head: string, line: string): boolean {
  const first = line.trimStart().charAt(0);
  const expected = head.trimStart().charAt(0);
  return expected === '|' || expected === '>' ? first === expected : /[\p{L}\p{N}]/u.test(first);
}

/** True where an unfinished or last line may turn out to be the head of a table. */
export function mayBecomeTable(line: string): boolean {
  return /^[ \t>]*\|/.test(line);
}

function cells(line: string): number {
  const row = line.replace(/^[ \t>]*\|?/, '').replace(/[ \t]+$/, '');
  let count = 1;
  for (let index = 0; index < row.length; index++) {
    if (row[index] === '\\') index++;
    else if (row[index] === '|' && index < row.length - 1) count++;
  }
  return count;
}
