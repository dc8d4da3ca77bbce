/** What Slack checks of the blocks of a message. */
import { Refusal } from './arguments.ts';
import type { SeenButton } from './records.ts';
import type { Workspace } from './workspace.ts';

type Node = Readonly<Record<string, unknown>>;

const LONGEST = {
  ...{ actionId: 255, altText: 2000, blockId: 255, buttonText: 75, buttonValue: 2000, sectionText: 3000 },
  ...{ actions: 25, context: 10 },
};
/** Of the files in Slack only these can stand in a block. */
const PICTURES = ['image/png', 'image/jpeg', 'image/gif'];

/** @throws Refusal `invalid_blocks`, with the place of each fault as Slack tells it */
export function checkBlocks(workspace: Workspace, blocks: readonly unknown[]): void {
  const faults: string[] = [];
  const add = (fault: string, place: string) => faults.push(`${fault} [json-pointer:/blocks/${place}]`);
  const actionIds = new Set<unknown>();
  for (const [index, value] of blocks.entries()) {
    const block = toNode(value);
    if (length(block.block_id) > LONGEST.blockId)
      add('must be less than 256 characters', `${index}/block_id`);
    if (block.type === 'image') checkImage(workspace, block, index, add);
    else if (block.type === 'actions') checkActions(block, index, actionIds, add);
    else if (block.type === 'context') checkContext(block, index, add);
    else if (block.type === 'section' && length(toNode(block.text).text) > LONGEST.sectionText)
      add('must be less than 3001 characters', `${index}/text/text`);
    else if (block.type === 'markdown' && length(block.text) === 0)
      add('missing required field: text', `${index}`);
    else if (!KNOWN.has(block.type)) add(`unsupported type: ${block.type}`, `${index}/type`);
  }
  if (faults.length === 0) return;
  throw new Refusal('invalid_blocks', {
    errors: faults,
    response_metadata: { messages: faults.map((fault) => `[ERROR] ${fault}`) },
  });
}

/** The buttons in blocks, in order. */
export function toButtons(blocks: readonly unknown[]): readonly SeenButton[] {
  return blocks.map(toNode).flatMap((block, index) => {
    if (block.type !== 'actions') return [];
    return listOf(block.elements).map(({ text, action_id: actionId, value }) => ({
      ...{ label: String(toNode(text).text), actionId: String(actionId) },
      blockId: String(block.block_id ?? `block-${index}`),
      ...(typeof value === 'string' && { value }),
    }));
  });
}

type Add = (fault: string, place: string) => void;

function checkImage(workspace: Workspace, block: Node, index: number, add: Add): void {
  const { slack_file: file, image_url: url, alt_text: altText } = block;
  if (length(altText) === 0) add('missing required field: alt_text', `${index}`);
  if (length(altText) > LONGEST.altText) add('must be less than 2001 characters', `${index}/alt_text`);
  if ((file === undefined) === (url === undefined))
    add('must provide either image_url or slack_file', `${index}`);
  if (file !== undefined && !canStand(workspace, toNode(file).id))
    add('invalid slack file', `${index}/slack_file`);
}

/** Whether a file can stand in a block now. */
function canStand(workspace: Workspace, id: unknown): boolean {
  const file = workspace.files.get(String(id));
  if (!file || file.deleted || !PICTURES.includes(String(file.wire.mimetype))) return false;
  const { own } = file;
  if (!own) return true;
  const { limits, now } = workspace.ground;
  if (own.completedAt === undefined || now() < own.completedAt + limits.fileReadyMs) return false;
  if (limits.filesInBlocks === 'shared' && !own.shared) return false;
  if (own.refusals >= limits.fileRefusals) {
    // What stood in a block once always can.
    own.refusals = Number.POSITIVE_INFINITY;
    return true;
  }
  own.refusals += 1;
  return false;
}

function checkActions(block: Node, index: number, actionIds: Set<unknown>, add: Add): void {
  const elements = listOf(block.elements);
  if (elements.length === 0 || elements.length > LONGEST.actions)
    add('must have 1 to 25 items', `${index}/elements`);
  for (const [number, { type, text, action_id: actionId, value }] of elements.entries()) {
    const place = `${index}/elements/${number}`;
    if (type !== 'button') continue;
    const { type: textType, text: label } = toNode(text);
    if (textType !== 'plain_text' || length(label) === 0) add('missing required field: text', place);
    if (length(label) > LONGEST.buttonText) add('must be less than 76 characters', `${place}/text/text`);
    if (length(value) > LONGEST.buttonValue) add('must be less than 2001 characters', `${place}/value`);
    if (length(actionId) > LONGEST.actionId) add('must be less than 256 characters', `${place}/action_id`);
    if (actionId !== undefined && actionIds.has(actionId))
      add('`action_id` already exists', `${place}/action_id`);
    actionIds.add(actionId);
  }
}

function checkContext(block: Node, index: number, add: Add): void {
  const elements = listOf(block.elements);
  if (elements.length === 0 || elements.length > LONGEST.context)
    add('must have 1 to 10 items', `${index}/elements`);
}

/** Types of blocks that Slack takes in messages. */
const KNOWN = new Set<unknown>([
  ...['actions', 'context', 'context_actions', 'divider', 'file', 'header', 'image', 'input', 'markdown'],
  ...['plan', 'rich_text', 'section', 'table', 'task_card', 'video'],
]);

function toNode(value: unknown): Node {
  return typeof value === 'object' && value !== null ? (value as Node) : {};
}

function listOf(value: unknown): readonly Node[] {
  return Array.isArray(value) ? value.map(toNode) : [];
}

function length(value: unknown): number {
  return typeof value === 'string' ? value.length : 0;
}
