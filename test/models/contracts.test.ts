import { createDemoModel } from '../../src/models/demo.ts';
import { createOpenAiModel } from '../../src/models/openai.ts';
import { describeChatModel } from '../contracts/chat-model.ts';
import { startOpenAi, text, wordsOf } from '../servers/openai.ts';

describeChatModel('demo', async () => ({ model: createDemoModel({ tokensPerSecond: 200 }) }));

describeChatModel('openai', async () => {
  const server = await startOpenAi({
    answer: ({ messages }) =>
      text(`You said: ${wordsOf(messages.at(-1)!)}`.padEnd(60, '.'), { tokensPerSecond: 100 }),
  });
  return {
    model: createOpenAiModel({ model: 'gpt-5-mini', apiKey: 'sk-test', baseUrl: server.url }),
    stopped: () => server.requests.at(-1)!.aborted,
    close: () => server.close(),
  };
});
