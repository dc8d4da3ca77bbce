import type {
  ChatCompletionContentPart,
  ChatCompletionFunctionTool,
  ChatCompletionMessageFunctionToolCall,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type { ChatMessage, Picture, Tool, ToolCall } from '../core/ports.ts';

/** A message as the chat completions endpoint takes it: in parts only where there are pictures, for servers that know no parts. */
export function toParam(message: ChatMessage): ChatCompletionMessageParam {
  const { role, text, pictures = [], calls = [], call = '' } = message;
  if (role === 'tool') return { role, content: text, tool_call_id: call };
  if (role === 'assistant' && calls.length > 0)
    return { role, content: text === '' ? null : text, tool_calls: calls.map(toCallParam) };
  if (role !== 'user' || pictures.length === 0) return { role, content: text };
  const words: readonly ChatCompletionContentPart[] = text === '' ? [] : [{ type: 'text', text }];
  return { role, content: [...words, ...pictures.map(toPart)] };
}

/** A tool as the chat completions endpoint takes it. */
export function toToolParam({ name, description, parameters }: Tool): ChatCompletionFunctionTool {
  return { type: 'function', function: { name, description, parameters } };
}

function toCallParam({ id, name, arguments: json }: ToolCall): ChatCompletionMessageFunctionToolCall {
  return { id, type: 'function', function: { name, arguments: json } };
}

function toPart({ mediaType, bytes }: Picture): ChatCompletionContentPart {
  const { buffer, byteOffset, byteLength } = bytes;
  const base64 = Buffer.from(buffer, byteOffset, byteLength).toString('base64');
  return { type: 'image_url', image_url: { url: `data:${mediaType};base64,${base64}`, detail: 'auto' } };
}
