import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findBreaches } from './import-rules.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function sourceFiles() {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `src/${name.split(sep).join('/')}`)
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

describe('the house', () => {
  it('keeps its rules on who may import whom', () => {
    const files = sourceFiles();
    expect(files.map((file) => file.path)).toContain('src/core/ports.ts');
    expect(findBreaches(files)).toEqual([]);
  });
});

describe('the checker', () => {
  it.each([
    ['src/core/a.ts', "import { x } from './b.ts';\nimport type { Turn } from '../core/live/c.ts';"],
    ['src/core/live/a.ts', "import { createHash } from 'node:crypto';\nimport { lexer } from 'marked';"],
    ['src/core/a.ts', "import count from 'gpt-tokenizer/encoding/o200k_base';"],
    ['src/stores/a.ts', "import KeyvRedis from '@keyv/redis';\nimport { b } from '../core/b.ts';"],
    ['src/adapters/slack/events/a.ts', "import bolt from '@slack/bolt';\nimport { b } from '../b.ts';"],
    ['src/files/a.ts', "import sharp from 'sharp';\nimport { b } from '../core/b.ts';"],
    ['src/adapters/web/a.ts', "import { Hono } from 'hono';\nimport { z } from 'zod';"],
    ['src/main.ts', "import { a } from './adapters/slack/a.ts';\nconst e = process.env;"],
    ['src/config.ts', "import { parse } from 'dotenv';\nprocess.env;"],
    [
      'src/core/a.ts',
      "// import { a } from '../adapters/slack/a.ts';\n/* process.env */ const url = 'http://x';",
    ],
    ['src/core/a.ts', 'export const from = 1;\nexport type A = { readonly env: string };'],
    ['src/models/a.ts', "const { b } = await import('./b.ts');\nexport { b };"],
  ])('has nothing against %s: %j', (path, text) => {
    expect(findBreaches([{ path, text }])).toEqual([]);
  });

  it.each([
    [
      'src/core/a.ts',
      "import { a } from '../adapters/slack/a.ts';",
      ':1: core must not import adapters/slack',
    ],
    ['src/core/a.ts', "\nimport type {\n  A,\n} from '../stores/a.ts';", ':4: core must not import stores'],
    ['src/core/a.ts', "import { readConfig } from '../config.ts';", ':1: core must not import src/config.ts'],
    ['src/core/a.ts', "import OpenAI from 'openai';", ':1: core must not import openai'],
    ['src/core/a.ts', "import 'pino';", ':1: core must not import pino'],
    ['src/core/a.ts', "const x = 1;import { a } from 'keyv-other';", ':1: core must not import keyv-other'],
    ['src/core/a.ts', "export type { A } from 'discord.js';", ':1: core must not import discord.js'],
    ['src/core/a.ts', "type A = import('discord.js').Client;", ':1: core must not import discord.js'],
    ['src/core/a.ts', "//\nawait import('../models/demo.ts');", ':2: core must not import models'],
    ['src/core/a.ts', 'await import(name);', ':1: dynamic imports name their file'],
    ['src/core/a.ts', 'await import(`./a.ts`);', ':1: dynamic imports name their file'],
    ['src/core/a.ts', "require('fs');", ':1: import, not require'],
    ['src/core/a.ts', "import { readFileSync } from 'fs';", ':1: core must not import fs'],
    ['src/core/a.ts', "import { x } from './b';", ':1: ./b: imports end in .ts'],
    ['src/core/a.ts', "import { x } from '../../test/b.ts';", ':1: ../../test/b.ts is outside of src'],
    ['src/models/a.ts', "import { x } from '../stores/b.ts';", ':1: models must not import stores'],
    ['src/ops/a.ts', "import { x } from '../models/b.ts';", ':1: ops must not import models'],
    ['src/adapters/slack/a.ts', "import { z } from 'zod';", ':1: adapters/slack must not import zod'],
    ['src/files/a.ts', "import { x } from '../models/b.ts';", ':1: files must not import models'],
    ['src/files/a.ts', "import { z } from 'zod';", ':1: files must not import zod'],
    ['src/core/a.ts', "import sharp from 'sharp';", ':1: core must not import sharp'],
    ['src/stores/a.ts', "import pg from 'pg';", ':1: stores must not import pg'],
    [
      'src/adapters/slack/a.ts',
      "import { x } from '../discord/b.ts';",
      ':1: adapters/slack must not import adapters/discord',
    ],
    [
      'src/adapters/slack/a.ts',
      "import { x } from 'discord.js';",
      ':1: adapters/slack must not import discord.js',
    ],
    [
      'src/adapters/discord/a.ts',
      "import { x } from '../../main.ts';",
      ':1: adapters/discord must not import src/main.ts',
    ],
    ['src/main.ts', "import { App } from '@slack/bolt';", ':1: the root must not import @slack/bolt'],
    [
      'src/core/a.ts',
      '\nconst key = process.env.KEY;',
      ':2: only src/config.ts and src/main.ts read the environment',
    ],
    ['src/ops/a.ts', "process['env']", ':1: only src/config.ts and src/main.ts read the environment'],
    [
      'src/ops/a.ts',
      'const { env } = process;',
      ':1: only src/config.ts and src/main.ts read the environment',
    ],
    ['src/core/a.ts', 'export default 1;', ':1: named exports only'],
    ['src/core/a.ts', 'export { a as default };', ':1: named exports only'],
    ['src/core/a.ts', "export * from './b.ts';", ':1: no barrels: nothing is exported again'],
    ['src/core/a.ts', "export { b } from './b.ts';", ':1: no barrels: nothing is exported again'],
    ['src/core/index.ts', '', ':1: no barrels: a file is imported by its own name'],
    ['src/core/camelCase.ts', '', ':1: file names are kebab-case'],
    ['src/plugins/a.ts', '', ':1: no room is called plugins'],
  ])('finds in %s: %j', (path, text, breach) => {
    expect(findBreaches([{ path, text }])).toContain(`${path}${breach}`);
  });
});
