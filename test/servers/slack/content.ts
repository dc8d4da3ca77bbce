import { Refusal, readText } from './arguments.ts';
import { checkBlocks } from './blocks.ts';
import type { CallArguments } from './records.ts';
import { toBlocksText } from './visible-text.ts';
import type { Workspace } from './workspace.ts';

/** What a call wants people to see. */
export interface Content {
  readonly source: string;
  readonly format: 'mrkdwn' | 'markdown';
  readonly blocks?: readonly unknown[];
}

/** Most blocks of a message. */
const BLOCKS = 50;

/** Reads `text`, `markdown_text` and `blocks` by Slack's rules. Blocks hide the text. @throws Refusal */
export function readContent(workspace: Workspace, args: CallArguments): Content {
  const markdown = readText(args, 'markdown_text');
  const text = readText(args, 'text');
  const blocks = readBlocks(workspace, args);
  if (markdown !== undefined) {
    if (text !== undefined || blocks !== undefined) throw new Refusal('markdown_text_conflict');
    if (markdown.length > workspace.ground.limits.markdownText) throw new Refusal('msg_too_long');
    if (markdown === '') throw new Refusal('no_text');
    return { source: markdown, format: 'markdown' };
  }
  if (blocks !== undefined && blocks.length > 0) {
    return { source: toBlocksText(blocks), format: isMarkdown(blocks) ? 'markdown' : 'mrkdwn', blocks };
  }
  if (text === undefined || text.trim() === '') throw new Refusal('no_text');
  return { source: text, format: 'mrkdwn' };
}

/** Reads `blocks`, if there are any. @throws Refusal */
export function readBlocks(workspace: Workspace, args: CallArguments): readonly unknown[] | undefined {
  const { limits } = workspace.ground;
  const blocks = args.blocks;
  if (blocks === undefined || blocks === null) return undefined;
  if (!Array.isArray(blocks)) throw new Refusal('invalid_blocks_format');
  if (blocks.length > BLOCKS) throw new Refusal('invalid_blocks');
  const markdown = toBlocksText(blocks.filter((block) => block?.type === 'markdown'));
  const length = toBlocksText(blocks).length;
  if (length > limits.blocksText || markdown.length > limits.markdownText) {
    throw new Refusal('msg_blocks_too_long');
  }
  checkBlocks(workspace, blocks);
  return blocks;
}

/** Reads `metadata`. @throws Refusal where it is not `{event_type, event_payload}` */
export function readMetadata(args: CallArguments): unknown {
  const metadata = args.metadata;
  if (metadata === undefined || metadata === null) return undefined;
  const shaped = typeof metadata === 'object' && 'event_type' in metadata && 'event_payload' in metadata;
  const empty = typeof metadata === 'object' && Object.keys(metadata).length === 0;
  if (!shaped && !empty) throw new Refusal('invalid_metadata_format');
  return metadata;
}

function isMarkdown(blocks: readonly unknown[]): boolean {
  return blocks.every((block) => (block as { type?: string }).type === 'markdown');
}
