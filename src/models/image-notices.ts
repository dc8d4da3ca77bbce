import { APIError } from 'openai';
import type { ErrorCode } from '../core/errors.ts';
import type { ImageRequest } from '../core/picture-ports.ts';
import { toWords } from './durations.ts';
import { LinkedPictureError } from './picture-bytes.ts';
import { type ImageField, refusedField } from './refused-field.ts';

/** Said where a model's rules forbid a picture. */
export const refusedPictureNotice =
  "The image model won't draw that: its rules don't allow it, so ask for something else.";

/**
 * What a failed request for a picture says to the person, where that is another sentence than for other calls.
 * @param request what was asked for; an option is named only where it was among that
 */
export function toImageNotice(
  code: ErrorCode,
  cause: unknown,
  request: ImageRequest,
  retryAfterMs: number | undefined,
): string | undefined {
  switch (code) {
    case 'refused':
      return refusedPictureNotice;
    case 'context-too-long':
      return request.inputs === undefined
        ? 'That is too long for the image model: say it in fewer words.'
        : 'That is too much for the image model: give it fewer or smaller pictures, or fewer words.';
    case 'rate-limited':
      return `The image model is getting too many requests at the moment: try again in ${retryAfterMs === undefined ? 'a minute or two' : `about ${toWords(retryAfterMs)}`}.`;
    case 'cut-off':
      return 'The connection to the image model broke before the picture was finished: try again.';
    case 'model-failed':
      return toFailure(cause, request);
    default:
      return undefined;
  }
}

function toFailure(cause: unknown, request: ImageRequest): string | undefined {
  if (cause instanceof LinkedPictureError)
    return 'The image model sends a link in place of the picture, and links are not followed: tell whoever runs Parley to check IMAGE_MODEL.';
  if (!(cause instanceof APIError))
    return 'The image model sent something that is no picture: try again, and if that goes on tell whoever runs Parley.';
  const { status = 0 } = cause;
  if (status === 404 || status === 405 || status === 501 || (status >= 300 && status < 400)) {
    const what = request.inputs === undefined ? 'make' : 'change';
    return `The model's server can't ${what} pictures: tell whoever runs Parley to check OPENAI_BASE_URL and IMAGE_MODEL.`;
  }
  const field = refusedField(cause);
  return (
    (field && toRefusal(field, request)) ??
    'The image model could not make sense of the request: put it differently, and if that goes on tell whoever runs Parley.'
  );
}

/** A sentence that names the option; `undefined` where it was not asked for. */
function toRefusal(field: ImageField, request: ImageRequest): string | undefined {
  if (field === 'image' && request.inputs !== undefined)
    return 'The image model could not use what it was given to start from: send it as PNG, JPEG or WebP.';
  if (field === 'mask' && request.mask !== undefined)
    return 'The image model could not use the mask: it must be a PNG as large as the first picture, and transparent where that may change.';
  const { size, quality, background, format } = request;
  const given: Partial<Record<ImageField, readonly [name: string, value: string | undefined]>> = {
    ...{ size: ['size', size], quality: ['quality', quality] },
    ...{ background: ['background', background], output_format: ['format', format] },
  };
  const [name, value] = given[field] ?? [];
  return name === undefined || value === undefined ? undefined : toRefusedOption(name, value);
}

/** Said where an option is the reason. */
export function toRefusedOption(name: string, value: string): string {
  return `The image model does not take the ${name} “${value}”: choose another one, or leave it out.`;
}
