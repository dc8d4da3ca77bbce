/**
 * The HTTP API of this Parley, as the page uses it.
 *
 * @typedef {{ id: string, name: string, mediaType?: string, bytes: number }} Upload
 * @typedef {{ role: 'user' | 'assistant', text: string, at?: string, end?: string,
 *   files?: { name: string, about?: string }[], cards?: Card[] }} Turn
 *
 * A file of a card. Without `url` it is not kept any more; `final` is false for what another will take the place of.
 * @typedef {{ name: string, description: string, url?: string, mediaType?: string, width?: number, height?: number,
 *   final?: boolean }} CardFile
 * @typedef {{ id: string, label: string, asks?: { title: string, label: string, example: string } }} CardButton
 * @typedef {{ text: string, files: CardFile[], buttons: CardButton[] }} Card
 *
 * @typedef {{ id: string, title: string, updatedAt: string, running: boolean }} Summary
 * @typedef {{ id: string, title: string, updatedAt: string, persona?: string, turns: Turn[],
 *   running: { turn: string } | null }} Conversation
 * @typedef {{ model: string, demo: boolean, version: string, login: boolean, mostUploadBytes: number,
 *   commands: { name: string, description: string }[] }} About
 * @typedef {{ text?: string, attachments?: { upload: string }[], persona?: string }} Question
 */

/** The server said no, and why. The message is a sentence for people. */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {string} message
   * @param {number} [retryAfterSeconds]
   */
  constructor(status, message, retryAfterSeconds) {
    super(message);
    this.name = 'Problem';
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** The server could not be reached, or the connection broke. What was sent may or may not have arrived. */
export class Unreachable extends Error {
  /** @param {unknown} [cause] */
  constructor(cause) {
    super('Parley can’t be reached right now.', { cause });
    this.name = 'Unreachable';
  }
}

/** @returns {Promise<About>} */
export async function readAbout() {
  return (await call('GET', '/api/about')).json();
}

/** @returns {Promise<Summary[]>} newest first */
export async function listConversations() {
  return (await (await call('GET', '/api/conversations')).json()).conversations;
}

/**
 * @param {string} id
 * @returns {Promise<Conversation>}
 */
export async function readConversation(id) {
  return (await call('GET', pathOf(id))).json();
}

/**
 * @param {string} id
 * @param {{ title?: string, persona?: string }} changes
 */
export async function changeConversation(id, changes) {
  await call('PATCH', pathOf(id), { body: changes });
}

/** @param {string} id */
export async function deleteConversation(id) {
  await call('DELETE', pathOf(id));
}

/** @param {string} id */
export async function clearConversation(id) {
  await call('POST', `${pathOf(id)}/clear`);
}

/**
 * Drops the last question and its answer.
 * @param {string} id
 * @returns {Promise<string>} the question
 */
export async function undoTurn(id) {
  return (await (await call('POST', `${pathOf(id)}/undo`)).json()).question;
}

/** @param {string} id */
export async function stopTurn(id) {
  await call('DELETE', `${pathOf(id)}/turn`);
}

/**
 * Asks; the answer is a stream of events. Aborting ends the stream, not the answer.
 * @param {string} id
 * @param {Question} question
 * @param {AbortSignal} signal
 */
export function ask(id, question, signal) {
  return call('POST', `${pathOf(id)}/messages`, { body: question, accept: eventStream, signal });
}

/**
 * Presses a button of a card; what it does is a stream of events as an answer is.
 * @param {string} id
 * @param {{ button: string, text?: string }} pressed
 * @param {AbortSignal} signal
 */
export function press(id, pressed, signal) {
  return call('POST', `${pathOf(id)}/presses`, { body: pressed, accept: eventStream, signal });
}

/**
 * Has the last question answered again; the answer is a stream of events.
 * @param {string} id
 * @param {AbortSignal} signal
 */
export function regenerate(id, signal) {
  return call('POST', `${pathOf(id)}/regenerate`, { accept: eventStream, signal });
}

/**
 * The running turn, or the last one, from a place on. Its status is 204 where there is none.
 * @param {string} id
 * @param {string} lastEventId the last event that was seen; empty: from the start
 * @param {AbortSignal} signal
 */
export function resumeTurn(id, lastEventId, signal) {
  return call('GET', `${pathOf(id)}/stream`, { accept: eventStream, lastEventId, signal });
}

/**
 * Sends a file ahead of its question.
 * @param {File} file
 * @param {{ signal: AbortSignal, onProgress: (share: number) => void }} options the share is from 0 to 1
 * @returns {Promise<Upload>}
 * @throws Problem, Unreachable, or the signal's reason
 */
export function upload(file, { signal, onProgress }) {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    // Only this way does the browser tell how much of a body has gone.
    const request = new XMLHttpRequest();
    request.open('POST', '/api/uploads');
    request.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
    request.setRequestHeader('X-Filename', encodeURIComponent(file.name));
    request.upload.addEventListener('progress', ({ loaded, total }) =>
      onProgress(total > 0 ? loaded / total : 0),
    );
    request.addEventListener('error', () => reject(new Unreachable()));
    request.addEventListener('abort', () => reject(signal.reason));
    request.addEventListener('load', async () => {
      const { status, responseText } = request;
      if (status === 401) location.assign('/login');
      if (status === 201) resolve(JSON.parse(responseText));
      else reject(await toProblem(new Response(responseText, { status })));
    });
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}

/** @param {string} id of a file that is not wanted any more */
export async function deleteUpload(id) {
  await call('DELETE', `/api/uploads/${encodeURIComponent(id)}`);
}

const eventStream = 'text/event-stream';

/** @param {string} id */
function pathOf(id) {
  return `/api/conversations/${encodeURIComponent(id)}`;
}

/**
 * @param {string} method
 * @param {string} path
 * @param {{ body?: unknown, accept?: string, lastEventId?: string, signal?: AbortSignal }} [options]
 * @returns {Promise<Response>} a good one
 * @throws Problem, Unreachable, or the signal's reason
 */
async function call(method, path, { body, accept = 'application/json', lastEventId = '', signal } = {}) {
  const headers = new Headers({ Accept: accept });
  if (body !== undefined) headers.set('Content-Type', 'application/json');
  if (lastEventId !== '') headers.set('Last-Event-ID', lastEventId);
  let response;
  try {
    response = await fetch(path, {
      method,
      headers,
      cache: 'no-store',
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw new Unreachable(error);
  }
  if (response.status === 401) location.assign('/login');
  if (!response.ok) throw await toProblem(response);
  return response;
}

/** @param {Response} response */
async function toProblem(response) {
  const fallback = `Parley answered with status ${response.status}.`;
  const seconds = Number(response.headers.get('Retry-After') ?? Number.NaN);
  /** @type {{ detail?: string, title?: string }} */
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // Something between here and Parley answered in another form: the status has to do.
  }
  const message = problem.detail ?? problem.title ?? fallback;
  return new Problem(response.status, message, Number.isFinite(seconds) ? seconds : undefined);
}
