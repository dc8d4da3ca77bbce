import { readFileSync } from 'node:fs';

/** The libraries that run in the browser, as they come from their packages: each one ES module, by the name it is served under. */
export function readVendorModules(): ReadonlyMap<string, string> {
  return new Map([
    ['marked.js', readModule(import.meta.resolve('marked'))],
    ['purify.js', readModule(import.meta.resolve('dompurify'))],
    ['highlight.js', bundleHighlight(new URL('../lib/', import.meta.resolve('highlight.js')))],
  ]);
}

function readModule(url: string | URL): string {
  return readFileSync(new URL(url), 'utf8').replace(/^\/\/# sourceMappingURL=.*$/gm, '');
}

/** highlight.js has no build for the browser in its package, so its common part is put together here. */
function bundleHighlight(directory: URL): string {
  const common = readModule(new URL('common.js', directory));
  const names = [...common.matchAll(/require\('\.\/([\w/-]+)'\)/g)].map(([, name]) => name!);
  const parts = ['common', ...names].map((name) => {
    const source = name === 'common' ? common : readModule(new URL(`${name}.js`, directory));
    return `${JSON.stringify(`./${name}`)}(module, exports, require) {\n${source}\n}`;
  });
  return `const parts = {\n${parts.join(',\n')}\n};
const loaded = new Map();
function load(name) {
  if (!loaded.has(name)) {
    const module = { exports: {} };
    parts[name](module, module.exports, load);
    loaded.set(name, module.exports);
  }
  return loaded.get(name);
}
const highlight = load('./common'); export default highlight;
`;
}
