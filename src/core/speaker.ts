import { createHash } from 'node:crypto';
import { ParleyError } from './errors.ts';
import type {
  ChatMessage,
  ChatModel,
  Counters,
  HistoryStore,
  Logger,
  ModelEvent,
  ToolCall,
  Turn,
  Usage,
} from './ports.ts';
import { createPrompt, type Prompt } from './prompt.ts';
import type { Question, Recollection } from './recall.ts';
import type { Toolbox } from './toolbox.ts';
import { addUsage, countUsage } from './usage.ts';

/** How a model ended. */
export type Finish = Extract<ModelEvent, { readonly type: 'finish' }>;

/** What {@link createSpeaker} needs. */
export interface SpeakerOptions {
  readonly model: ChatModel;
  readonly history: HistoryStore;
  readonly persona: string;
  readonly counters: Counters;
  readonly logger: Logger;
  now(): number;
}

/** Puts a question to the model. */
export interface Speaker {
  /**
   * Pushes the answer as it comes. A prompt that the model finds too long is made shorter; pictures that it can't see are
   * left out, where there is something else to answer; tools that it doesn't know are, too, for an hour. What it calls is
   * done, and it goes on with what came of that.
   * @returns how it ended; `unseen` where pictures were left out
   * @throws ParleyError as models do, `context-too-long`
   */
  speak(
    question: Question,
    recollection: Recollection,
    push: (delta: string) => void,
    signal: AbortSignal,
    toolbox?: Toolbox,
  ): Promise<{ readonly finish: Finish; readonly unseen: boolean }>;
}

/** Creates the speaker of an engine. */
export function createSpeaker(options: SpeakerOptions): Speaker {
  const { model, history, counters, logger, now } = options;
  /** Until then the model is asked without tools. */
  let withoutToolsUntil = 0;

  return {
    async speak(question, { window, contents }, push, signal, toolbox) {
      const persona = question.persona?.trim() ? question.persona : options.persona;
      const questions = question.said.length;
      let pictures = true;
      let share = 1;
      /** What was called and done since the question. */
      const done: ChatMessage[] = [];
      let used: Usage | undefined;
      let offered = now() >= withoutToolsUntil;
      let refused = false;
      const tools = () => (offered && toolbox !== undefined ? toolbox.tools : []);
      const layOut = () => {
        const [drawing] = tools();
        const parts = { persona, window, questions, model, share, contents, pictures };
        return createPrompt({ ...parts, ...(drawing && { drawing }) });
      };
      let prompt = layOut();

      /** Resolves with another prompt to try; throws the error where there is none. */
      function retreat(error: unknown): Prompt {
        const code = error instanceof ParleyError ? error.code : undefined;
        if (code === 'pictures-refused' && prompt.pictures && hasMore(window.turns.slice(-questions))) {
          pictures = false;
          counters.add('prompt.without-pictures');
          return layOut();
        }
        if (code === 'tools-refused' && tools().length > 0 && done.length === 0) {
          offered = false;
          refused = true;
          counters.add('prompt.without-tools');
          return layOut();
        }
        if (code !== 'context-too-long') throw error;
        // Our count of tokens is an estimate; the server's word counts.
        const { tokens } = prompt;
        for (;;) {
          share /= 2;
          if (share < smallestShare) throw error;
          const shorter = layOut();
          if (shorter.tokens >= tokens) continue;
          counters.add('prompt.shortened');
          return shorter;
        }
      }

      /** One call of the model. `undefined`: it called tools, and has to be asked again. */
      async function ask(onWords: () => void): Promise<Finish | undefined> {
        const calls: ToolCall[] = [];
        let said = '';
        let finish: Finish | undefined;
        const callable = tools();
        const request = {
          messages: [...prompt.messages, ...done],
          ...(callable.length > 0 && { tools: callable }),
          endUser: endUserOf(question),
        };
        await model.stream(request, signal, (event) => {
          onWords();
          if (event.type === 'text-delta') {
            said += event.text;
            push(event.text);
          } else if (event.type === 'tool-call') calls.push(event.call);
          else finish = event;
        });
        if (finish === undefined)
          throw new ParleyError('cut-off', 'The answer broke off in the middle: please ask again.');
        countUsage(counters, finish.usage);
        used = addUsage(used, finish.usage);
        if (calls.length === 0 || toolbox === undefined) return { ...finish, ...(used && { usage: used }) };
        done.push({ role: 'assistant', text: said, calls });
        for (const call of calls) {
          done.push({ role: 'tool', text: await toolbox.use(call, signal), call: call.id });
        }
        // What it says next does not run on from what it said before.
        if (said !== '' && !said.endsWith('\n')) push('\n\n');
        return undefined;
      }

      for (let round = 1; ; ) {
        if (prompt.start > window.start) await history.advance(question.thread, prompt.start);
        let spoken = false;
        try {
          const finish = await ask(() => {
            spoken = true;
          });
          if (refused) {
            // It is without them that it works.
            withoutToolsUntil = now() + toolsLaterMs;
            refused = false;
            logger.warn('The model takes no tools: it can not draw by itself', { model: model.id });
          }
          if (finish !== undefined) return { finish, unseen: !pictures };
          round += 1;
          if (round > mostRounds) {
            const finish = { type: 'finish', reason: 'stop', ...(used && { usage: used }) } as const;
            return { finish, unseen: !pictures };
          }
        } catch (error) {
          if (spoken) throw error;
          prompt = retreat(error);
        }
      }
    },
  };
}

/** True where a question is more than pictures. */
function hasMore(turns: readonly Turn[]): boolean {
  return turns.some(
    ({ text, files = [] }) =>
      text.trim() !== '' || files.some(({ kind }) => kind !== undefined && kind !== 'picture'),
  );
}

function endUserOf({ asker }: Question): string {
  return createHash('sha256').update(asker.id).digest('hex');
}

const smallestShare = 1 / 16;
/** A model behind the same name may learn. */
const toolsLaterMs = 3_600_000;
/** How often a model may call tools for one question, and be asked again. */
const mostRounds = 5;
