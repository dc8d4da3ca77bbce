import type { KeyValue, Logger } from '../../core/ports.ts';

/** A conversation as its person finds it again. */
export interface Entry {
  readonly id: string;
  readonly title: string;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
}

/**
 * Which conversations a person has, newest first, and their personas. What was said is not here but in the history.
 * Every method rejects with ParleyError `store-failed` where the store does.
 */
export interface ConversationIndex {
  list(person: string): Promise<readonly Entry[]>;
  find(person: string, id: string): Promise<Entry | undefined>;
  /** Something was said: the conversation moves to the front, or begins with this title. */
  touch(person: string, id: string, title: string): Promise<void>;
  rename(person: string, id: string, title: string): Promise<void>;
  /** Also forgets the persona. What is {@link touch}ed after the call is in the list. */
  remove(person: string, id: string): Promise<void>;
  persona(person: string, id: string): Promise<string | undefined>;
  /** Empty removes it. */
  setPersona(person: string, id: string, persona: string): Promise<void>;
}

/** One person's list. Changes are made here at once; the store follows. */
interface Shelf {
  entries: readonly Entry[];
  /** The write that is under way, and the one that will hold what changed since it began. */
  writing: Promise<void> | undefined;
  next: Promise<void> | undefined;
}

/** Options of {@link createConversationIndex}. */
export interface ConversationIndexOptions {
  readonly store: KeyValue;
  readonly logger: Logger;
}

/** Keeps one record for each person; it belongs to this process. Changes that come together are written together. */
export function createConversationIndex({ store, logger }: ConversationIndexOptions): ConversationIndex {
  const shelves = new Map<string, Promise<Shelf>>();

  async function load(person: string): Promise<Shelf> {
    const stored = await store.get<unknown>(listKey(person));
    const entries = Array.isArray(stored) ? stored.filter(isEntry) : [];
    if (
      entries.length < (Array.isArray(stored) ? stored.length : 0) ||
      (stored !== undefined && !Array.isArray(stored))
    )
      logger.warn('a list of conversations could not be read whole', { person });
    return { entries, writing: undefined, next: undefined };
  }

  async function shelfOf(person: string): Promise<Shelf> {
    const known = shelves.get(person);
    if (known !== undefined) {
      // The one that was used last is the last in the map.
      shelves.delete(person);
      shelves.set(person, known);
      return known;
    }
    const loading = load(person);
    shelves.set(person, loading);
    try {
      const shelf = await loading;
      await dropIdle();
      return shelf;
    } catch (error) {
      shelves.delete(person);
      throw error;
    }
  }

  /** Lists that nobody used for longest are read again when they are needed. */
  async function dropIdle(): Promise<void> {
    for (const [person, loading] of shelves) {
      if (shelves.size <= mostShelves) return;
      const shelf = await loading.catch(() => undefined); // whoever waits for it has the rejection
      if (shelf?.writing === undefined && shelf?.next === undefined) shelves.delete(person);
    }
  }

  async function change(
    person: string,
    work: (entries: readonly Entry[]) => readonly Entry[],
  ): Promise<void> {
    const shelf = await shelfOf(person);
    shelf.entries = work(shelf.entries);
    await save(person, shelf);
  }

  function save(person: string, shelf: Shelf): Promise<void> {
    shelf.next ??= (shelf.writing ?? Promise.resolve())
      .catch(() => undefined) // whoever waits for that write has its rejection
      .then(async () => {
        shelf.writing = shelf.next;
        shelf.next = undefined;
        try {
          await store.set(listKey(person), shelf.entries);
        } finally {
          shelf.writing = undefined;
        }
      });
    return shelf.next;
  }

  return {
    list: async (person) => (await shelfOf(person)).entries,
    find: async (person, id) => (await shelfOf(person)).entries.find((entry) => entry.id === id),
    touch: (person, id, title) =>
      change(person, (entries) => {
        const known = entries.find((entry) => entry.id === id);
        const entry = { id, title: known?.title ?? title, updatedAt: Date.now() };
        return [entry, ...entries.filter((other) => other !== known)].slice(0, mostEntries);
      }),
    rename: (person, id, title) =>
      change(person, (entries) => entries.map((entry) => (entry.id === id ? { ...entry, title } : entry))),
    async remove(person, id) {
      const shortened = change(person, (entries) => entries.filter((entry) => entry.id !== id));
      await Promise.all([shortened, store.delete(personaKey(person, id))]);
    },
    async persona(person, id) {
      const persona = await store.get<unknown>(personaKey(person, id));
      return typeof persona === 'string' ? persona : undefined;
    },
    async setPersona(person, id, persona) {
      if (persona.trim() === '') await store.delete(personaKey(person, id));
      else await store.set(personaKey(person, id), persona);
    },
  };
}

/** A title from a question: its first line, cut at a word; of a picture what it is to show. */
export function toTitle(question: string): string {
  const line = question
    .trim()
    .replace(/^\/image\s+(?=\S)/i, '')
    .split('\n', 1)[0]!
    .replace(/\s+/g, ' ')
    .trim();
  const letters = Array.from(line);
  if (letters.length <= longestTitle) return line;
  const cut = letters.slice(0, longestTitle - 1).join('');
  const words = letters[longestTitle - 1] === ' ' ? cut : cut.replace(/\s+\S*$/, '');
  return `${words.trimEnd()}…`;
}

function listKey(person: string): string {
  return `list:${person}`;
}

function personaKey(person: string, id: string): string {
  return `persona:${person}:${id}`;
}

function isEntry(value: unknown): value is Entry {
  const { id, title, updatedAt } = (value ?? {}) as Partial<Entry>;
  return typeof id === 'string' && typeof title === 'string' && typeof updatedAt === 'number';
}

const mostEntries = 500;
const mostShelves = 1_000;
const longestTitle = 60;
