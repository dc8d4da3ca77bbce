import { APIError } from 'openai';

/** Fields of a request for pictures that servers are known to refuse. */
const fields = [
  'partial_images',
  'response_format',
  'safety_identifier',
  'output_format',
  'background',
  'quality',
  'stream',
  'mask',
  'image',
  'size',
  'n',
] as const;

/** One of them. */
export type ImageField = (typeof fields)[number];

/** The field that a server refused, or a value of it, by its `param` or by its words; `undefined` where it was something else. */
export function refusedField(cause: unknown): ImageField | undefined {
  if (!(cause instanceof APIError) || ![undefined, 400, 422].includes(cause.status)) return undefined;
  const param = cause.param?.replace(/[[.].*$/s, '');
  return fields.find((field) => field === param) ?? fields.find((field) => isNamed(field, cause.message));
}

/** In quotation marks, after a word for a field; long names also by themselves. */
function isNamed(field: ImageField, message: string): boolean {
  if (new RegExp(`(['"\`“])${field}['"\`”]`).test(message)) return true;
  if (
    new RegExp(`\\b(argument|parameter|param|field|property)s?( supplied)?:? ${field}\\b`, 'i').test(message)
  )
    return true;
  if (field === 'stream') return /\bstreaming\b/i.test(message);
  return (
    (field.includes('_') || field === 'size' || field === 'quality') &&
    new RegExp(`\\b${field}\\b`, 'i').test(message)
  );
}
