import type { Inbox, Turn as SaidTurn, TurnFile } from '../../core/ports.ts';
import { toKeptCards } from './card-shapes.ts';
import { type ConversationIndex, type Entry, toTitle } from './conversation-index.ts';
import type { Pictures } from './pictures.ts';
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
  readonly pictures: Pick<Pictures, 'find'>;
}

/** A conversation as the API tells it. The question of a running turn is in it, the answer is not: that is streamed. */
export function toConversation(
  { entry, persona, said, running, pictures }: ConversationView,
  person: string,
) {
  const { id, title, updatedAt } = entry;
  const find = (key: string) => pictures.find(person, key);
  return {
    ...{ id, title, updatedAt: toTime(updatedAt) },
    ...(persona !== undefined && { persona }),
    turns: turnsWith(said, running).map(({ role, text, at, files, cards, end }) => ({
      ...{ role, text, at: toTime(at) },
      ...(files !== undefined && cards === undefined && { files: files.map(toFile) }),
      ...(cards !== undefined && { cards: toKeptCards(cards, files ?? [], find) }),
      ...(end !== undefined && { end }),
    })),
    running: running === undefined ? null : { turn: running.id },
  };
}

type Shown = Pick<SaidTurn, 'role' | 'text' | 'at' | 'files' | 'cards' | 'end'>;

/** Of a file that nobody has read yet, only its name is known. */
function toFile({ name, about }: TurnFile): { readonly name: string; readonly about?: string } {
  return { name, ...(about !== '' && { about }) };
}

function turnsWith(said: readonly SaidTurn[], running: Turn | undefined): readonly Shown[] {
  if (running === undefined) return said;
  const asked = said.findLastIndex(({ messageId }) => messageId === messageIdOf(running));
  // The engine stores an answer just before it ends.
  if (asked !== -1) return said.slice(0, asked + 1);
  if (running.again === true) return said.slice(0, said.findLastIndex(({ role }) => role === 'user') + 1);
  const { question, files, at } = running;
  if (question === undefined) return said;
  const unread = files?.map(({ name }) => ({ name, about: '', tokens: 0 }));
  return [...said, { role: 'user', text: question, at, ...(unread && { files: unread }) }];
}

function toTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
