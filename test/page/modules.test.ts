import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const directory = new URL('../../src/adapters/web/page/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, directory), 'utf8');

/** What a file names in a certain way. */
function named(file: string, pattern: RegExp): string[] {
  return [...read(file).matchAll(pattern)].map(([, name]) => name!);
}

/** Every module that a module needs before it runs, as the browser asks for them. */
function needsOf(address: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(address)) return seen;
  seen.add(address);
  if (!address.startsWith('/assets/')) return seen;
  for (const target of named(address.slice('/assets/'.length), /^(?:import|\} from) .*?'([^']+)';$/gm)) {
    needsOf(target.startsWith('.') ? new URL(target, `file://${address}`).pathname : target, seen);
  }
  return seen;
}

describe('the files of the page', () => {
  it('are asked for at once: index.html names every module that main.js needs', () => {
    const preloaded = named('index.html', /<link rel="modulepreload" href="([^"]+)"/g);
    const needed = needsOf('/assets/main.js');
    needed.delete('/assets/main.js');
    expect(preloaded.toSorted()).toEqual([...needed].toSorted());
  });

  it('are all used', () => {
    const pages = ['index.html', 'login.html'];
    const used = pages.flatMap((page) => named(page, /(?:href|src)="\/assets\/([^"]+)"/g));
    const files = readdirSync(directory).filter((name) => !/\.(html|json)$/.test(name));
    expect([...new Set(used)].toSorted()).toEqual(files.toSorted());
  });

  it('hold no script and no style within the markup', () => {
    for (const page of ['index.html', 'login.html']) {
      expect(named(page, /(<script(?! type="module" src=)|<style|\sstyle=|\son[a-z]+=)/g)).toEqual([]);
    }
  });
});
