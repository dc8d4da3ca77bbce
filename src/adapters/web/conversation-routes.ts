import type { Inbox, ThreadKey } from '../../core/ports.ts';
import { chooseType } from './accept.ts';
import { readAnswerType, streamTurn, toWholeAnswer } from './answers.ts';
import { readAttachments } from './attachments.ts';
import { readJson } from './bodies.ts';
import { pressRequest } from './card-schemas.ts';
import type { ConversationIndex, Entry } from './conversation-index.ts';
import { findConversation, toConversation } from './conversations.ts';
import type { EventStreams } from './event-stream.ts';
import type { Pictures } from './pictures.ts';
import { readPress } from './presses.ts';
import { Problem } from './problems.ts';
import type { Questions } from './questions.ts';
import { conversationChange, conversationId, messageRequest } from './schemas.ts';
import type { Turn } from './turn.ts';
import { readEventId } from './turn-events.ts';
import { type Turns, toThread } from './turns.ts';
import type { Uploads } from './uploads.ts';
import { personOf, type WebApp, type WebContext } from './web-env.ts';

/** What {@link addConversationRoutes} needs. */
export interface ConversationRoutesOptions {
  readonly inbox: Inbox;
  readonly index: ConversationIndex;
  readonly turns: Turns;
  readonly streams: EventStreams;
  readonly questions: Questions;
  readonly uploads: Uploads;
  readonly pictures: Pick<Pictures, 'find' | 'remove'>;
  /** Aborts when the server goes away. */
  readonly closing: AbortSignal;
}

/** Everything under `/api/conversations`. */
export function addConversationRoutes(app: WebApp, options: ConversationRoutesOptions): void {
  const { inbox, index, turns, streams, questions, uploads, pictures, closing } = options;
  const startedAt = Date.now();

  function placeOf(context: WebContext): { person: string; id: string; thread: ThreadKey } {
    const parsed = conversationId.safeParse(context.req.param('id'));
    if (!parsed.success) {
      const message = parsed.error.issues[0]!.message;
      throw new Problem(400, `Correct the conversation’s id: ${message}.`, {
        errors: [{ path: 'id', message }],
      });
    }
    const person = personOf(context);
    return { person, id: parsed.data, thread: toThread(person, parsed.data) };
  }

  /** The conversation, where there is one. @throws Problem 404 */
  async function entryOf(context: WebContext): Promise<{ entry: Entry; person: string; thread: ThreadKey }> {
    const { person, id, thread } = placeOf(context);
    const entry = await findConversation({ inbox, index }, person, id);
    if (entry === undefined) throw new Problem(404, 'There is no conversation with this id.');
    return { entry, person, thread };
  }

  /**
   * Stops what runs, and takes the pictures of the conversation away. What the engine takes in only after it was told to
   * forget is forgotten once it has ended.
   */
  async function forget(person: string, thread: ThreadKey): Promise<void> {
    const running = turns.abandon(thread);
    const again = running?.ended.then(() => inbox.conversations.forget(thread));
    const [said] = await Promise.all([
      inbox.conversations.read(thread),
      inbox.conversations.forget(thread),
      again,
    ]);
    const drawn = said.flatMap(({ role, files = [] }) => (role === 'assistant' ? files : []));
    pictures.remove(
      person,
      drawn.flatMap(({ key }) => key ?? []),
    );
  }

  function toSummary({ id, title, updatedAt }: Entry, thread: ThreadKey) {
    const running = turns.running(thread) !== undefined;
    return { id, title, updatedAt: new Date(updatedAt).toISOString(), running };
  }

  async function answer(context: WebContext, begin: () => Turn | Promise<Turn>): Promise<Response> {
    const type = readAnswerType(context);
    const turn = await begin();
    if (type === 'text/event-stream') return streamTurn(context, streams, turn);
    return context.json(await toWholeAnswer(turn, closing));
  }

  app.post('/api/conversations/:id/messages', (context) =>
    answer(context, async () => {
      const { person, id } = placeOf(context);
      const question = await readJson(context.env.incoming, messageRequest);
      const { text = '', attachments = [], persona } = question;
      const files = readAttachments(uploads, person, attachments);
      return questions.ask(person, id, {
        text,
        attachments: files,
        ...(persona !== undefined && { persona }),
      });
    }),
  );

  app.post('/api/conversations/:id/presses', (context) =>
    answer(context, async () => {
      const { person, id } = placeOf(context);
      const press = await readJson(context.env.incoming, pressRequest);
      return questions.press(person, id, readPress(press));
    }),
  );

  app.post('/api/conversations/:id/regenerate', (context) =>
    answer(context, async () => {
      const { entry, person } = await entryOf(context);
      return questions.again(person, entry.id);
    }),
  );

  /** Whoever was reading when a former process ended comes back before the engine has begun anew. */
  async function recoveredTurn(thread: ThreadKey): Promise<Turn | undefined> {
    const leftMs = startedAt + settlingMs - Date.now();
    if (leftMs <= 0) return undefined;
    return turns.next(thread, AbortSignal.any([closing, AbortSignal.timeout(leftMs)]));
  }

  app.get('/api/conversations/:id/stream', async (context) => {
    const { thread } = placeOf(context);
    const seen = readEventId(context.req.header('last-event-id'));
    const turn = turns.latest(thread) ?? (seen && (await recoveredTurn(thread)));
    const after = seen?.turn === turn?.id ? seen?.position : undefined;
    if (turn === undefined || !turn.hasMoreAfter(after)) return context.body(null, 204);
    if (chooseType(context.req.header('accept'), ['text/event-stream']) === undefined)
      throw new Problem(406, 'Accept text/event-stream.');
    return streamTurn(context, streams, turn, after);
  });

  app.delete('/api/conversations/:id/turn', (context) => {
    const { thread } = placeOf(context);
    if (!turns.stop(thread)) throw new Problem(404, 'Nothing is being answered in this conversation.');
    return context.body(null, 204);
  });

  app.get('/api/conversations', async (context) => {
    const person = personOf(context);
    const entries = await index.list(person);
    return context.json({
      conversations: entries.map((entry) => toSummary(entry, toThread(person, entry.id))),
    });
  });

  app.get('/api/conversations/:id', async (context) => {
    const { entry, person, thread } = await entryOf(context);
    const persona = await index.persona(person, entry.id);
    const said = await inbox.conversations.read(thread);
    const running = turns.running(thread);
    return context.json(toConversation({ entry, persona, said, running, pictures }, person));
  });

  app.patch('/api/conversations/:id', async (context) => {
    const { entry, person, thread } = await entryOf(context);
    const { title, persona } = await readJson(context.env.incoming, conversationChange);
    if (title !== undefined) await index.rename(person, entry.id, title);
    if (persona !== undefined) await index.setPersona(person, entry.id, persona);
    const changed = { ...entry, ...(title !== undefined && { title }) };
    const now = await index.persona(person, entry.id);
    return context.json({ ...toSummary(changed, thread), ...(now !== undefined && { persona: now }) });
  });

  app.delete('/api/conversations/:id', async (context) => {
    const { entry, person, thread } = await entryOf(context);
    // A question that comes meanwhile begins the conversation anew: all this has its place before it.
    await Promise.all([index.remove(person, entry.id), forget(person, thread)]);
    return context.body(null, 204);
  });

  app.post('/api/conversations/:id/clear', async (context) => {
    const { person, thread } = await entryOf(context);
    await forget(person, thread);
    return context.body(null, 204);
  });

  app.post('/api/conversations/:id/undo', async (context) => {
    const { thread } = await entryOf(context);
    if (turns.running(thread) !== undefined) throw new Problem(409, stillRunning);
    const question = await inbox.conversations.undo(thread);
    if (question === undefined) throw new Problem(404, 'There is nothing to undo in this conversation.');
    turns.forget(thread);
    return context.json({ question });
  });
}

/** After the start, until what a former process left is taken up again. */
const settlingMs = 3_000;
const stillRunning = 'This conversation is being answered: wait for the end of it, or stop it first.';
