import { onTestFinished } from 'vitest';
import { createWeb } from '../../../src/adapters/web/web.ts';
import { createDemoEmbeddings } from '../../../src/models/demo/embeddings.ts';
import { describeDirectPlatform } from '../../contracts/platform-direct.ts';
import { createInstruments, createMemoryKeyValue } from '../../fakes/instruments.ts';
import { createFakeModel } from '../../fakes/model.ts';
import { readEvents } from './events.ts';
import { createScratch, createUploadRoom } from './scratch.ts';

describeDirectPlatform('Web', async () => {
  const platform = createWeb({
    host: '127.0.0.1',
    port: 0,
    store: createMemoryKeyValue(),
    uploads: createUploadRoom(),
    pictures: { directory: createScratch() },
    completions: createFakeModel(),
    embeddings: createDemoEmbeddings(),
    demo: true,
    version: '1.2.3',
    readiness: async () => ({ ready: true, store: true, platforms: [] }),
    ...createInstruments(),
  });
  const shown: string[] = [];
  const gone = new AbortController();
  onTestFinished(() => gone.abort());

  async function ask(text: string): Promise<void> {
    const response = await fetch(`${platform.url}/api/conversations/c1/messages`, {
      method: 'POST',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
      body: JSON.stringify({ text }),
      signal: gone.signal,
    });
    if (!response.ok) return;
    const place = shown.push('') - 1;
    for await (const { data } of readEvents(response)) shown[place] += String(data.text ?? '');
  }

  return {
    platform,
    start: (inbox, commands) => platform.start(inbox, commands),
    // The test's end breaks off what is not answered.
    say: (text) => void ask(text).catch(() => undefined),
    shown: () => shown.filter((text) => text !== ''),
  };
});
