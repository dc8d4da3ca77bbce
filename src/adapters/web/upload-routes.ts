import { Problem } from './problems.ts';
import type { Uploads } from './uploads.ts';
import { personOf, type WebApp } from './web-env.ts';

/** What {@link addUploadRoutes} needs. */
export interface UploadRoutesOptions {
  readonly uploads: Uploads;
}

/**
 * Everything under `/api/uploads`. A file is the body of its request as it is: its name stands in `X-Filename`, percent-encoded,
 * and its type in `Content-Type`.
 */
export function addUploadRoutes(app: WebApp, { uploads }: UploadRoutesOptions): void {
  app.post('/api/uploads', async (context) => {
    const name = readName(context.req.header('x-filename'));
    const { 'content-type': type, 'content-encoding': encoding = 'identity' } = context.env.incoming.headers;
    if (encoding.toLowerCase() !== 'identity') throw new Problem(415, 'Send the file without compression.');
    const mediaType = readMediaType(type);
    const file = { name, ...(mediaType !== undefined && { mediaType }) };
    return context.json(await uploads.add(personOf(context), file, context.env.incoming), 201);
  });

  app.delete('/api/uploads/:id', async (context) => {
    if (!(await uploads.remove(personOf(context), context.req.param('id'))))
      throw new Problem(404, 'There is no file with this id.');
    return context.body(null, 204);
  });
}

/** @throws Problem 400 */
function readName(header: string | undefined): string {
  const wrong = (message: string) =>
    new Problem(400, `Name the file in X-Filename: ${message}.`, {
      errors: [{ path: 'X-Filename', message }],
    });
  let name: string;
  try {
    name = decodeURIComponent(header ?? '');
  } catch (error) {
    throw new Problem(400, 'Write X-Filename percent-encoded, in UTF-8.', { cause: error });
  }
  const last =
    name
      .replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')
      .split(/[/\\]/)
      .at(-1)
      ?.trim() ?? '';
  if (last === '') throw wrong('it is missing');
  if (last.length > 255) throw wrong('write at most 255 characters');
  return last;
}

/** Without parameters; `undefined` where it says nothing. */
function readMediaType(header: string | undefined): string | undefined {
  const type = header?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/.test(type) && type !== 'application/octet-stream'
    ? type
    : undefined;
}
