import { ParleyError } from './errors.ts';
import { toPlainName } from './files/file-name.ts';
import type { FetchOptions } from './ports.ts';

/**
 * Why a file was not fetched.
 * - `too-large`: more than may be fetched.
 * - `gone`: deleted, or its link is no longer good.
 * - `forbidden`: Parley may not read it.
 * - `elsewhere`: it is, or was said to be, at a place that is not the platform's own.
 * - `too-slow`: it did not come in time.
 * - `failed`: anything else; it may work another time.
 */
export type DownloadFault = 'too-large' | 'gone' | 'forbidden' | 'elsewhere' | 'too-slow' | 'failed';

/** A file that was not fetched. For adapters: people are told by {@link toFileError}. */
export class DownloadError extends Error {
  readonly fault: DownloadFault;
  /** How large the file is, where that is known. */
  readonly bytes: number | undefined;

  constructor(fault: DownloadFault, message: string, options: { bytes?: number; cause?: unknown } = {}) {
    super(`${fault}: ${message}`, { cause: options.cause });
    this.name = 'DownloadError';
    this.fault = fault;
    this.bytes = options.bytes;
  }
}

/** Options of {@link download}. */
export interface DownloadOptions extends FetchOptions {
  /** The only places that are asked: `https://files.example.com`, with the port where it is not the usual one. */
  readonly origins: ReadonlySet<string>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Told of every answer before its body is read: what a status alone does not say. */
  judge?(response: Response): DownloadFault | undefined;
  /** Milliseconds for the whole file. @default 25000 */
  readonly timeoutMs?: number;
}

/**
 * Fetches a file in one request that leads nowhere else: a redirect is a fault, and so is an address outside of `origins`, for
 * which nothing is sent at all. No more than `mostBytes` are read or kept.
 * @throws DownloadError, or the signal's reason where somebody gave up
 */
export async function download(url: string, options: DownloadOptions): Promise<Uint8Array> {
  const { origins, headers, mostBytes, timeoutMs = 25_000 } = options;
  const target = URL.parse(url);
  if (target === null || !origins.has(target.origin) || target.username !== '' || target.password !== '')
    throw new DownloadError('elsewhere', 'the address is not one of the platform’s own');
  const over = new AbortController();
  const signal = AbortSignal.any([options.signal, over.signal, AbortSignal.timeout(timeoutMs)]);
  try {
    signal.throwIfAborted();
    // Nothing is unpacked on the way: what is counted is what comes.
    const response = await fetch(target, {
      headers: { ...headers, 'accept-encoding': 'identity' },
      redirect: 'manual',
      signal,
    });
    const fault = options.judge?.(response) ?? faultOf(response.status);
    if (fault !== undefined) throw new DownloadError(fault, `the answer was ${response.status}`);
    return await readBody(response, mostBytes);
  } catch (error) {
    if (error instanceof DownloadError) throw error;
    throw (
      givenUp(options.signal) ??
      givenUp(signal) ??
      new DownloadError('failed', 'the connection broke', { cause: error })
    );
  } finally {
    // Whatever was not read is not sent for nothing.
    over.abort();
  }
}

/** What to throw where the signal ended the work: `too-slow` where time was up, else its reason; `undefined` where it did not. */
export function givenUp(signal: AbortSignal): unknown {
  if (!signal.aborted) return undefined;
  const reason: unknown = signal.reason;
  const isLate = reason instanceof DOMException && reason.name === 'TimeoutError';
  return isLate ? new DownloadError('too-slow', 'time is up', { cause: reason }) : reason;
}

/** What a person is told of a file that was not fetched; the sentences are about the file with this name. */
export interface FileSentences {
  readonly name: string;
  readonly mostBytes: number;
  /** What follows `I am not allowed to read “x”: `. */
  readonly forbidden?: string;
  /** What follows `I can’t read “x”: `. */
  readonly elsewhere?: string;
}

/** What {@link download} threw, as people are told it; what is no fault of a file is given back as it is. */
export function toFileError(
  error: unknown,
  { name, mostBytes, forbidden, elsewhere }: FileSentences,
): unknown {
  if (!(error instanceof DownloadError)) return error;
  const file = `“${toPlainName(name)}”`;
  const size = error.bytes === undefined ? 'it has more than that' : `it has ${toMegabytes(error.bytes)}`;
  const notices: Readonly<Record<DownloadFault, string>> = {
    'too-large': `${file} is too large: I read files of up to ${toMegabytes(mostBytes, Math.floor)}, and ${size}.`,
    gone: `${file} is no longer there: please send it again.`,
    forbidden: `I am not allowed to read ${file}: ${forbidden ?? 'please send it in another way.'}`,
    elsewhere: `I can’t read ${file}: ${elsewhere ?? 'please send it as a file of its own.'}`,
    'too-slow': `${file} took too long to load: please try again, or send a smaller file.`,
    failed: `${file} could not be loaded just now: please try again in a minute.`,
  };
  return new ParleyError('file-unreadable', notices[error.fault], { cause: error });
}

/** Rounded up, so that what is too large never looks as large as the limit. */
function toMegabytes(bytes: number, round: (value: number) => number = Math.ceil): string {
  return `${round(bytes / 100_000) / 10} MB`;
}

function faultOf(status: number): DownloadFault | undefined {
  if (status === 200) return undefined;
  if (status >= 300 && status < 400) return 'elsewhere';
  if (status === 404 || status === 410) return 'gone';
  return status === 401 || status === 403 ? 'forbidden' : 'failed';
}

async function readBody(response: Response, mostBytes: number): Promise<Uint8Array> {
  const told = Number(response.headers.get('content-length') ?? Number.NaN);
  if (told > mostBytes) throw new DownloadError('too-large', 'the answer says so', { bytes: told });
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) throw new DownloadError('too-large', 'more came than may');
    chunks.push(chunk);
  }
  return join(chunks, bytes);
}

/** Lets go of each part as soon as it is copied: large files are never held twice. */
function join(chunks: Uint8Array[], bytes: number): Uint8Array {
  const whole = new Uint8Array(bytes);
  let end = bytes;
  for (let chunk = chunks.pop(); chunk !== undefined; chunk = chunks.pop()) {
    end -= chunk.byteLength;
    whole.set(chunk, end);
  }
  return whole;
}
