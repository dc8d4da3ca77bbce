import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * The barest server that can stand where Parley stands, for comparison: whatever is posted becomes one question for the
 * model, and the model's event stream is copied through as it comes. It checks, keeps and knows nothing.
 * @returns where it listens
 */
export async function startProxy({
  OPENAI_BASE_URL,
}: Readonly<Record<string, string | undefined>>): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    incoming.setEncoding('utf8');
    let question = '';
    incoming.on('data', (text: string) => {
      question += text;
    });
    incoming.on('end', () => {
      const { text } = JSON.parse(question) as { text: string };
      const asked = request(`${OPENAI_BASE_URL}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
      });
      asked.on('response', (answer) => {
        outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
        answer.pipe(outgoing);
      });
      asked.end(JSON.stringify({ model: 'any', stream: true, messages: [{ role: 'user', content: text }] }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4_096, resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
