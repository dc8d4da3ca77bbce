import { dirname, join } from 'node:path/posix';

/** A source file, by its path in the repository. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Something that an import names, and where. */
interface Import {
  readonly line: number;
  readonly target: string;
}

/** Packages that each room may use, besides Node's own modules. Adapters are rooms of their own. */
const packages: Readonly<Record<string, readonly string[]>> = {
  core: ['keyv', 'gpt-tokenizer', 'marked'],
  models: ['openai', 'gpt-tokenizer', 'eventsource-parser', 'sharp'],
  stores: ['keyv', '@keyv/sqlite', '@keyv/redis', '@keyv/postgres'],
  ops: ['pino'],
  files: ['sharp', 'unpdf', 'mammoth', 'file-type'],
  'adapters/discord': ['discord.js', '@discordjs/rest', 'discord-api-types'],
  'adapters/slack': ['@slack/bolt', '@slack/web-api', '@slack/socket-mode', '@slack/types', '@slack/logger'],
  'adapters/web': ['hono', '@hono/node-server', 'zod'],
  'adapters/terminal': [],
};

/** Files beside `main.ts` may see every room, but of packages only what reads the settings. */
const rootPackages = ['dotenv'];

/** What breaks the rules of the house, one sentence each: `src/core/a.ts:3: …`. Knows `src/` only. */
export function findBreaches(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => [...breachesOf(file)]);
}

function* breachesOf(file: SourceFile): Generator<string> {
  const { path } = file;
  const code = withoutComments(file.text);
  const room = roomOf(path);
  const at = (line: number, sentence: string) => `${path}:${line}: ${sentence}`;

  const name = path.split('/').at(-1) ?? '';
  if (!/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(name)) yield at(1, 'file names are kebab-case');
  if (name === 'index.ts') yield at(1, 'no barrels: a file is imported by its own name');
  if (room !== '' && packages[room] === undefined) yield at(1, `no room is called ${room}`);

  for (const { line, target } of importsOf(code)) {
    const breach = target.startsWith('.') ? pathBreach(path, room, target) : packageBreach(room, target);
    if (breach !== undefined) yield at(line, breach);
  }
  for (const line of linesOf(code, /\bimport\s*\(\s*(?!['"])/g))
    yield at(line, 'dynamic imports name their file');
  for (const line of linesOf(code, /\brequire\s*\(/g)) yield at(line, 'import, not require');
  for (const line of linesOf(code, /^export\s+default\b|\bas\s+default\b/gm))
    yield at(line, 'named exports only');
  for (const line of linesOf(code, /^export\s+(type\s+)?(\*|\{[^}]*\}\s*from)/gm)) {
    yield at(line, 'no barrels: nothing is exported again');
  }
  if (path !== 'src/config.ts' && path !== 'src/main.ts') {
    for (const line of linesOf(
      code,
      /\bprocess\s*(\?\.|\.)\s*env\b|\bprocess\s*\[|\{[^}]*\benv\b[^}]*\}\s*=\s*process\b/g,
    )) {
      yield at(line, 'only src/config.ts and src/main.ts read the environment');
    }
  }
}

function pathBreach(path: string, room: string, target: string): string | undefined {
  if (!target.endsWith('.ts')) return `${target}: imports end in .ts`;
  const destination = join(dirname(path), target);
  if (!destination.startsWith('src/')) return `${target} is outside of src`;
  const other = roomOf(destination);
  if (room === '' || other === room || other === 'core') return undefined;
  return `${room} must not import ${other === '' ? destination : other}`;
}

function packageBreach(room: string, target: string): string | undefined {
  if (target.startsWith('node:')) return undefined;
  const allowed = room === '' ? rootPackages : (packages[room] ?? []);
  if (allowed.some((name) => target === name || target.startsWith(`${name}/`))) return undefined;
  return `${room === '' ? 'the root' : room} must not import ${target}`;
}

/** `core`, `adapters/slack`, …; empty for the files beside `main.ts`. */
function roomOf(path: string): string {
  const [, first = '', second = '', ...others] = path.split('/');
  if (second === '') return '';
  return first === 'adapters' && others.length > 0 ? `${first}/${second}` : first;
}

function importsOf(code: string): Import[] {
  const statements = /(?:^|[;\s])(?:import|export)\s[^'";]*?\bfrom\s*(['"])([^'"\n]+)\1/g;
  const sideEffects = /(?:^|[;\s])import\s*(['"])([^'"\n]+)\1/g;
  const dynamic = /\bimport\s*\(\s*(['"])([^'"\n]+)\1/g;
  return [statements, sideEffects, dynamic].flatMap((pattern) =>
    [...code.matchAll(pattern)].map((match) => ({
      line: lineAt(code, match.index + match[0].length),
      target: match[2] ?? '',
    })),
  );
}

/** Comments become blanks, so that positions stay; strings are stepped over, as they may hold `//`. */
function withoutComments(text: string): string {
  const tokens = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;
  return text.replace(tokens, (token) => (token.startsWith('/') ? token.replace(/[^\n]/g, ' ') : token));
}

function linesOf(code: string, pattern: RegExp): number[] {
  return [...code.matchAll(pattern)].map((match) => lineAt(code, match.index));
}

function lineAt(code: string, position: number): number {
  return code.slice(0, position).split('\n').length;
}
