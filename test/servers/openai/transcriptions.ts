import { type FailureAnswer, failure } from './answers.ts';

/** A form with a file, as it was uploaded. */
export interface Form {
  readonly fields: Readonly<Record<string, string>>;
  readonly file?: { readonly name: string; readonly type: string; readonly bytes: Buffer };
}

/** The form in a body; `undefined` for bodies of another kind. */
export async function readForm(contentType: string | undefined, bytes: Buffer): Promise<Form | undefined> {
  if (contentType === undefined || !contentType.startsWith('multipart/form-data')) return undefined;
  const data = await new Response(new Uint8Array(bytes), {
    headers: { 'content-type': contentType },
  }).formData();
  const fields: Record<string, string> = {};
  let file: Form['file'];
  for (const [name, value] of data) {
    if (typeof value === 'string') fields[name] = value;
    else if (name === 'file')
      file = { name: value.name, type: value.type, bytes: Buffer.from(await value.arrayBuffer()) };
  }
  return { fields, ...(file && { file }) };
}

/** The answer of OpenAI's transcriptions endpoint, which goes by the ending of the file's name. */
export function answerTranscription(
  form: Form | undefined,
  transcript: (form: Form) => string = ({ file }) => `heard ${file?.bytes.length} bytes`,
): FailureAnswer | { readonly kind: 'transcript'; readonly body: unknown } {
  const { file } = form ?? {};
  if (form === undefined || file === undefined)
    return failure(400, { message: "Missing required parameter: 'file'." });
  if (!/\.(flac|m4a|mp3|mp4|mpeg|mpga|oga|ogg|wav|webm)$/.test(file.name)) {
    return failure(400, { message: 'Unsupported file format', code: 'unsupported_value' });
  }
  return { kind: 'transcript', body: { text: transcript(form), usage: { type: 'duration', seconds: 1 } } };
}
