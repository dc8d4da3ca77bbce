import type { Contents } from '../files/contents.ts';
import { listNames } from '../files/file-name.ts';
import type { Tool, Turn } from '../ports.ts';
import type { Toolbox } from '../toolbox.ts';
import type { Easel } from './easel.ts';
import { landscape, portrait, square } from './size.ts';
import { type Source, type Studio, toSource, type Work } from './studio.ts';
import { readWish, toWords } from './wish.ts';

/** What {@link createImageToolbox} needs: all of one question. */
export interface ImageToolboxOptions {
  readonly studio: Studio;
  readonly mostCount: number;
  /** The question's id. */
  readonly id: string;
  readonly person: string;
  /** The conversation, question included. */
  readonly turns: readonly Turn[];
  readonly contents: Contents;
  /** True where what stands there says why nothing was drawn. */
  readonly tellsOfFailures: boolean;
  /** A place to show pictures at; each is used once. `undefined` where there is none. */
  createEasel(key: string): Easel | undefined;
  /** Told of what was made. */
  onMade(work: Work): void;
}

/** Lets the chat model make pictures: a person who says "make it blue" need not know of any command. */
export function createImageToolbox(options: ImageToolboxOptions): Toolbox {
  const { studio, mostCount, id, person, turns, contents, onMade } = options;
  const tool = toTool(mostCount);
  let newest = turns
    .flatMap(({ files = [] }) => files.filter(({ kind, key }) => kind === 'picture' && key))
    .at(-1)?.key;
  let used = 0;

  async function draw(given: Arguments, signal: AbortSignal): Promise<string> {
    const { prompt, count, size, quality, background, edit } = given;
    const read = readWish({ prompt, n: count, size, quality, background }, mostCount);
    if ('fault' in read) return `Nothing was drawn. ${read.fault}`;
    const { wish } = read;
    const inputs = edit === 'true' ? await findNewest() : [];
    if (edit === 'true' && inputs.length === 0)
      return 'Nothing was drawn: there is no picture in this conversation (any more) to work from. Ask for it.';
    const orderId = `${id}:image-${used}`;
    const easel = options.createEasel(orderId);
    if (easel === undefined) return 'Nothing was drawn: pictures can’t be shown here. Say so.';
    const words = `/image ${toWords(wish)}`;
    const outcome = await studio.draw({ id: orderId, person, wish, words, inputs }, easel, signal);
    if (outcome.kind === 'made') {
      const { files } = outcome.work;
      onMade(outcome.work);
      newest = files.at(-1)?.key ?? newest;
      signal.throwIfAborted();
      return `Drawn, and shown to the person already: ${listNames(files.map(({ name }) => name))}. Add at most one short sentence, and neither a link nor the prompt.`;
    }
    signal.throwIfAborted();
    if (outcome.kind === 'lost') return 'The picture was drawn, but could not be shown.';
    const { notice } = outcome.ending;
    return options.tellsOfFailures && easel.used
      ? `Nothing was drawn, and the person has been told why (${notice}): don’t repeat it.`
      : `Nothing was drawn. Tell the person in one sentence: ${notice}`;
  }

  async function findNewest(): Promise<readonly Source[]> {
    if (newest === undefined) return [];
    const fresh = toSource(newest, contents.get(newest));
    return fresh.length > 0 ? fresh : studio.fetch([newest]);
  }

  return {
    tools: [tool],
    async use({ name, arguments: written }, signal) {
      if (name !== tool.name) return `There is no tool ${name}.`;
      if (used === mostCalls) return 'Nothing was drawn: that were enough pictures for one question.';
      used += 1;
      return draw(readArguments(written), signal);
    },
  };
}

type Arguments = Readonly<
  Partial<Record<'prompt' | 'count' | 'size' | 'quality' | 'background' | 'edit', string>>
>;

/** A model may write anything: what is no plain value is left out. */
function readArguments(written: string): Arguments {
  try {
    const given: unknown = JSON.parse(written);
    if (typeof given !== 'object' || given === null) return {};
    const plain = Object.entries(given).filter(([, value]) =>
      /^(?:string|number|boolean)$/.test(typeof value),
    );
    return Object.fromEntries(plain.map(([name, value]) => [name, String(value)]));
  } catch {
    return {}; // the answer says that there was nothing to draw, and the model can try again
  }
}

function toTool(mostCount: number): Tool {
  return {
    name: 'make_image',
    description:
      'Draws pictures and shows them to the person. Use it when they ask for a picture, drawing, logo or photo, or for a change of the newest one.',
    parameters: {
      type: 'object',
      properties: {
        prompt: {
          type: 'string',
          description:
            'What the picture shows, in full: style, subject, colours. Of an edit: what is to change.',
        },
        count: {
          type: 'integer',
          minimum: 1,
          maximum: mostCount,
          description: 'How many pictures; 1 unless asked.',
        },
        size: { type: 'string', enum: [square, portrait, landscape] },
        background: { type: 'string', enum: ['transparent', 'opaque'] },
        edit: {
          type: 'boolean',
          description:
            'True: work from the newest picture of the conversation, be it sent by somebody or drawn by you.',
        },
      },
      required: ['prompt'],
      additionalProperties: false,
    },
  };
}

const mostCalls = 3;
