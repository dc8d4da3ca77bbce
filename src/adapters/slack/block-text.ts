import { asPayload, listOf, type Payload, textOf } from './payload.ts';

/** The words of a message that an app made of blocks and attachments alone, in Slack's encoding. */
export function fromBlocks(message: Payload): string {
  return [...listOf(message, 'blocks'), ...listOf(message, 'attachments')].flatMap(toLines).join('\n');
}

function toLines(part: Payload): readonly string[] {
  const text = textOf(part, 'text') ?? textOf(asPayload(part.text), 'text') ?? textOf(part, 'fallback');
  if (text !== undefined) return [text];
  const inner = [...listOf(part, 'elements'), ...listOf(part, 'fields')].flatMap(toLines);
  return part.type === 'rich_text_section' ? [inner.join('')] : inner;
}
