import { type FailureAnswer, failure } from './answers.ts';
import type { Form } from './forms.ts';

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
