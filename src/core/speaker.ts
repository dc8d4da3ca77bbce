import { createHash } from 'node:crypto';
import { ParleyError } from './errors.ts';
import type { ChatModel, Counters, HistoryStore, ModelEvent, Turn } from './ports.ts';
import { createPrompt, type Prompt } from './prompt.ts';
import type { Question, Recollection } from './recall.ts';
import { countUsage } from './usage.ts';

/** How a model ended. */
export type Finish = Extract<ModelEvent, { readonly type: 'finish' }>;

/** What {@link createSpeaker} needs. */
export interface SpeakerOptions {
  readonly model: ChatModel;
  readonly history: HistoryStore;
  readonly persona: string;
  readonly counters: Counters;
}

/** Puts a question to the model. */
export interface Speaker {
  /**
   * Pushes the answer as it comes. A prompt that the model finds too long is made shorter; pictures that it can't see are
   * left out, where there is something else to answer.
   * @returns how it ended; `unseen` where pictures were left out
   * @throws ParleyError as models do, `context-too-long`
   */
  speak(
    question: Question,
    recollection: Recollection,
    push: (delta: string) => void,
    signal: AbortSignal,
  ): Promise<{ readonly finish: Finish; readonly unseen: boolean }>;
}

/** Creates the speaker of an engine. */
export function createSpeaker(options: SpeakerOptions): Speaker {
  const { model, history, counters } = options;

  return {
    async speak(question, { window, contents }, push, signal) {
      const persona = question.persona?.trim() ? question.persona : options.persona;
      const questions = question.said.length;
      let pictures = true;
      let share = 1;
      const layOut = () => createPrompt({ persona, window, questions, model, share, contents, pictures });
      let prompt = layOut();

      /** Resolves with another prompt to try; throws the error where there is none. */
      function retreat(error: unknown): Prompt {
        const code = error instanceof ParleyError ? error.code : undefined;
        if (code === 'pictures-refused' && prompt.pictures && hasMore(window.turns.slice(-questions))) {
          pictures = false;
          counters.add('prompt.without-pictures');
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

      for (;;) {
        if (prompt.start > window.start) await history.advance(question.thread, prompt.start);
        let spoken = false;
        try {
          const request = { messages: prompt.messages, endUser: endUserOf(question) };
          for await (const event of model.stream(request, signal)) {
            if (event.type === 'finish') {
              countUsage(counters, event.usage);
              return { finish: event, unseen: !pictures };
            }
            spoken = true;
            push(event.text);
          }
          throw new ParleyError('cut-off', 'The answer broke off in the middle: please ask again.');
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
