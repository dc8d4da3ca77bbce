import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

// Run as a process of its own, with the address of a file: sends it and all of ours that it imports as JavaScript.

/** As every file of this house writes it. */
const imported = /\b(?:from|import\() ?'(\.\.?\/[^']+\.ts)'/g;

const sources = new Map<string, string>();
add(process.argv[2] ?? '');
process.send?.(sources);

function add(url: string): void {
  if (sources.has(url)) return;
  const source = stripTypeScriptTypes(readFileSync(new URL(url), 'utf8'));
  sources.set(url, source);
  for (const [, path = ''] of source.matchAll(imported)) add(new URL(path, url).href);
}
