import type { HandAnswer } from '../../test/servers/openai/answers.ts';
import type { AnswerWriter } from '../../test/servers/openai/writers.ts';
import { type OpenAiServer, startOpenAi, wordsOf } from '../../test/servers/openai.ts';
import type { Emission } from './workload.ts';

/** A model whose answers are known beforehand, each found by the number in its question. */
export interface ScriptedModel {
  /** For `OPENAI_BASE_URL`. */
  readonly url: string;
  /** From now on a question with this number is answered so; times count from when the model is asked. */
  script(number: number, emissions: readonly Emission[]): void;
  /** What was really said by now, in milliseconds since the epoch; empty where the model was not asked. */
  said(number: number): readonly Emission[];
  /** When it last said something. */
  readonly lastSaidAt: number;
  /** How much later than scripted things were said, in milliseconds. */
  readonly lateness: readonly number[];
  close(): Promise<void>;
}

/** The text of a question, by which the model finds its answer. */
export function questionOf(number: number): string {
  return `Question ${number}: what is there to say?`;
}

interface Speech {
  readonly writer: AnswerWriter;
  readonly emissions: readonly Emission[];
  readonly askedAt: number;
  readonly said: Emission[];
}

/** Starts the model. One timer serves all answers, so that hundreds at a time cost little. */
export async function startModel(): Promise<ScriptedModel> {
  const scripts = new Map<number, readonly Emission[]>();
  const speeches = new Map<number, Speech>();
  const speaking = new Set<Speech>();
  const lateness: number[] = [];
  let lastSaidAt = Date.now();

  function speak(speech: Speech): void {
    const { writer, emissions, askedAt, said } = speech;
    for (let next = emissions[said.length]; next !== undefined; next = emissions[said.length]) {
      const now = Date.now();
      if (askedAt + next.at > now) return;
      writer.write(next.text);
      lastSaidAt = now;
      lateness.push(now - askedAt - next.at);
      said.push({ at: now, text: next.text });
    }
    writer.finish('stop');
    speaking.delete(speech);
  }

  const server: OpenAiServer = await startOpenAi({
    answer({ messages }): HandAnswer {
      const last = messages.findLast(({ role }) => role === 'user');
      const question = last === undefined ? '' : wordsOf(last);
      const number = Number(/Question (\d+):/.exec(question)?.[1]);
      const emissions = scripts.get(number);
      if (emissions === undefined) throw new Error(`Nobody scripted an answer to “${question}”`);
      return {
        kind: 'hand',
        take(writer) {
          const speech = { writer, emissions, askedAt: Date.now(), said: [] };
          speeches.set(number, speech);
          speaking.add(speech);
        },
      };
    },
  });
  const timer = setInterval(() => {
    for (const speech of speaking) speak(speech);
  }, tickMs);

  return {
    url: server.url,
    script: (number, emissions) => void scripts.set(number, emissions),
    said: (number) => speeches.get(number)?.said ?? [],
    get lastSaidAt() {
      return lastSaidAt;
    },
    lateness,
    async close() {
      clearInterval(timer);
      await server.close();
    },
  };
}

const tickMs = 4;
