// How a reading process begins. Plain JavaScript: taking the types out of TypeScript costs a process sixteen megabytes
// and half of the time it needs to begin, so that was done before (see reading-program.ts).
import { registerHooks } from 'node:module';

process.once('message', async ({ entry, sources }) => {
  registerHooks({
    load(url, context, next) {
      const source = sources.get(url);
      return source === undefined ? next(url, context) : { format: 'module', source, shortCircuit: true };
    },
  });
  await import(entry);
});
