import type {
  ChatCompletionContentPart,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { ChatMessage, Picture } from '../core/ports.ts';

/** A message as the chat completions endpoint takes it: in parts only where there are pictures, for servers that know no parts. */
export function toParam({ role, text, pictures = [] }: ChatMessage): ChatCompletionMessageParam {
  if (role !== 'user' || pictures.length === 0) return { role, content: text };
  const words: readonly ChatCompletionContentPart[] = text === '' ? [] : [{ type: 'text', text }];
  return { role, content: [...words, ...pictures.map(toPart)] };
}

function toPart({ mediaType, bytes }: Picture): ChatCompletionContentPart {
  const { buffer, byteOffset, byteLength } = bytes;
  const base64 = Buffer.from(buffer, byteOffset, byteLength).toString('base64');
  return { type: 'image_url', image_url: { url: `data:${mediaType};base64,${base64}`, detail: 'auto' } };
}
