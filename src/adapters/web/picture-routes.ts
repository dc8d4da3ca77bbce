import type { Pictures, ServedPicture } from './pictures.ts';
import { Problem } from './problems.ts';
import { personOf, type WebApp } from './web-env.ts';

/** What {@link addPictureRoutes} needs. */
export interface PictureRoutesOptions {
  readonly pictures: Pick<Pictures, 'read'>;
}

/** `GET /api/pictures/:id`: a file of a card, for whose it is. `?download` has the browser save it. */
export function addPictureRoutes(app: WebApp, { pictures }: PictureRoutesOptions): void {
  app.get('/api/pictures/:id', async (context) => {
    const id = context.req.param('id');
    const picture = await pictures.read(personOf(context), id, context.req.raw.signal);
    if (picture === undefined)
      throw new Problem(404, 'This picture is not kept any more: have it drawn again.');
    const etag = `"${id}"`;
    const headers = {
      ...toHeaders(picture, context.req.query('download') !== undefined),
      // Asked for each time, so that nobody sees it who has logged out; what has not changed is not sent again.
      ...{ etag, 'cache-control': 'private, no-cache' },
      // Whatever it may be, it runs nothing and loads nothing.
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    };
    const known = context.req.header('if-none-match')?.split(',') ?? [];
    if (known.some((tag) => tag.trim().replace(/^W\//, '') === etag)) return context.body(null, 304, headers);
    return context.body(Buffer.from(picture.bytes), 200, headers);
  });
}

/** Only what is a picture for every browser is shown; everything else is saved. */
function toHeaders({ name, mediaType = '' }: ServedPicture, download: boolean): Record<string, string> {
  const isShown = shownTypes.includes(mediaType);
  const simple = name.replace(/[^\w.-]+/g, '_').replace(/^\.+/, '') || 'picture';
  const exact = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16)}`,
  );
  const way = isShown && !download ? 'inline' : 'attachment';
  return {
    'content-type': isShown ? mediaType : 'application/octet-stream',
    'content-disposition': `${way}; filename="${simple}"; filename*=UTF-8''${exact}`,
  };
}

/** The media types that are served as what they are. */
export const shownTypes: readonly string[] = ['image/png', 'image/jpeg', 'image/webp'];
