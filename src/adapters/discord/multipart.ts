import type { Upload } from './message-content.ts';

/**
 * A body with files, as Discord takes them: the JSON as `payload_json`, the files by their numbers
 * (docs.discord.com/developers/reference#uploading-files).
 */
export function toMultipart(body: unknown, files: readonly Upload[]): FormData {
  const form = new FormData();
  form.append('payload_json', JSON.stringify(body));
  for (const [index, { name, mediaType, bytes }] of files.entries()) {
    // Bytes of files are in no memory that threads share, which a blob would refuse.
    const part = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: mediaType });
    form.append(`files[${index}]`, part, name);
  }
  return form;
}
