import type { Inbox, Turn as SaidTurn, TurnFile } from '../../core/ports.ts';
import { type ConversationIndex, type Entry, toTitle } from './conversation-index.ts';
import { messageIdOf } from './questions.ts';
import type { Turn } from './turn.ts';
import { toThread } from './turns.ts';

/** The conversation of a person, also where it has fallen off the end of the list. */
export async function findConversation(
  { inbox, index }: { readonly inbox: Inbox; readonly index: ConversationIndex },
  person: string,
  id: string,
): Promise<Entry | undefined> {
  const entry = await index.find(person, id);
  if (entry !== undefined) return entry;
  const said = await inbox.conversations.read(toThread(person, id));
  const last = said.at(-1);
  if (last === undefined) return undefined;
  const question = said.find(({ role }) => role === 'user')?.text ?? '';
  return { id, title: toTitle(question), updatedAt: last.at };
}

/** What {@link toConversation} shows. */
export interface ConversationView {
  readonly entry: Entry;
  readonly persona: string | undefined;
  readonly said: readonly SaidTurn[];
  readonly running: Turn | undefined;
}

/** A conversation as the API tells it. The question of a running turn is in it, the answer is not: that is streamed. */
export function toConversation({ entry, persona, said, running }: ConversationView) {
  const { id, title, updatedAt } = entry;
  return {
    ...{ id, title, updatedAt: toTime(updatedAt) },
    ...(persona !== undefined && { persona }),
    turns: turnsWith(said, running).map(({ role, text, at, files, end }) => ({
      ...{ role, text, at: toTime(at) },
      ...(files !== undefined && { files: files.map(toFile) }),
      ...(end !== undefined && { end }),
    })),
    running: running === undefined ? null : { turn: running.id },
  };
}

interface Shown extends Pick<SaidTurn, 'role' | 'text' | 'at' | 'end'> {
  readonly files?: readonly ShownFile[];
}

type ShownFile = Pick<TurnFile, 'name'> & Partial<Pick<TurnFile, 'about'>>;

function toFile({ name, about }: ShownFile): ShownFile {
  return { name, ...(about !== undefined && { about }) };
}

function turnsWith(said: readonly SaidTurn[], running: Turn | undefined): readonly Shown[] {
  if (running === undefined) return said;
  const asked = said.findLastIndex(({ messageId }) => messageId === messageIdOf(running));
  // The engine stores an answer just before it ends.
  if (asked !== -1) return said.slice(0, asked + 1);
  if (running.again === true) return said.slice(0, said.findLastIndex(({ role }) => role === 'user') + 1);
  const { question, files, at } = running;
  if (question === undefined) return said;
  return [...said, { role: 'user', text: question, at, ...(files !== undefined && { files }) }];
}

function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
