import type { CardFile, CardView } from '../../core/picture-ports.ts';
import type { AnswerEnd } from '../../core/ports.ts';
import { type LiveCardData, toButtonData, toLiveFileData } from './card-shapes.ts';
import type { Pictures } from './pictures.ts';

/** The cards of one turn: of each the newest view. */
export interface TurnCards {
  /** In the order in which they came. */
  readonly newest: readonly LiveCardData[];
  /** Takes a view in the place of the last one of that key. */
  show(key: string, view: CardView): LiveCardData;
  /** The turn ended so: of an answer that is not whole, what was still being made is taken away. @returns what changed */
  settle(end: AnswerEnd): readonly LiveCardData[];
  /** Nobody comes back for them: what is held for them in memory may go. */
  release(): void;
}

interface Shown {
  readonly data: LiveCardData;
  readonly ids: ReadonlyMap<CardFile, string>;
  /** Files of the view before: somebody may be about to ask for them. */
  readonly replaced: readonly string[];
}

/** Creates the cards of a person's turn. */
export function createTurnCards(person: string, pictures: Pick<Pictures, 'put' | 'drop'>): TurnCards {
  const cards = new Map<string, Shown>();

  function show(key: string, { text, files, buttons }: CardView): LiveCardData {
    const known = cards.get(key);
    // A view repeats the files that have not changed.
    const ids = new Map(files.map((file) => [file, known?.ids.get(file) ?? pictures.put(person, file)]));
    const data: LiveCardData = {
      ...{ id: known?.data.id ?? cards.size + 1, text },
      files: files.map((file) => toLiveFileData(ids.get(file)!, file)),
      buttons: buttons.map(toButtonData),
    };
    const still = new Set(ids.values());
    pictures.drop(known?.replaced ?? []);
    const replaced = [...(known?.ids.values() ?? [])].filter((id) => !still.has(id));
    cards.set(key, { data, ids, replaced });
    return data;
  }

  return {
    get newest() {
      return [...cards.values()].map(({ data }) => data);
    },
    show,
    settle(end) {
      const changed = [...cards].flatMap(([key, { data }]) => {
        const isMade = data.buttons.length > 0;
        const isEmpty = data.text === '' && data.files.length === 0;
        const isBroken = end !== 'complete' && !isMade && !isEmpty;
        return isBroken ? [show(key, { text: '', files: [], buttons: [] })] : [];
      });
      for (const { replaced } of cards.values()) pictures.drop(replaced);
      return changed;
    },
    release() {
      for (const { ids, replaced } of cards.values()) pictures.drop([...ids.values(), ...replaced]);
    },
  };
}
