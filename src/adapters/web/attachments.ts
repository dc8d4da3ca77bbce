import type { Attachment } from '../../core/ports.ts';
import { Problem } from './problems.ts';
import type { Uploads } from './uploads.ts';

/** A file of a question, as the API takes it: one that was uploaded, or one that is only mentioned. */
export type GivenAttachment =
  | { readonly upload: string }
  | {
      readonly name: string;
      readonly mediaType?: string | undefined;
      readonly bytes?: number | undefined;
    };

/** The files of a person's question, as the core names them. @throws Problem 400 where an upload is not there */
export function readAttachments(
  uploads: Pick<Uploads, 'find'>,
  person: string,
  given: readonly GivenAttachment[],
): readonly Attachment[] {
  return given.map((attachment, index) => {
    if (!('upload' in attachment)) return toAttachment(attachment);
    const upload = uploads.find(person, attachment.upload);
    if (upload !== undefined) return { ...toAttachment(upload), source: { upload: upload.id } };
    const error = { path: `attachments.${index}.upload`, message: 'there is no such file any more' };
    throw new Problem(400, 'A file of this question is not kept any more: upload it again.', {
      code: 'upload-gone',
      errors: [error],
    });
  });
}

function toAttachment({ name, mediaType, bytes }: Exclude<GivenAttachment, { upload: string }>): Attachment {
  return { name, ...(mediaType !== undefined && { mediaType }), ...(bytes !== undefined && { bytes }) };
}
