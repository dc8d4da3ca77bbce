import { toFile, type Uploadable } from 'openai';
import type { ImageEditParamsBase, ImageGenerateParamsBase } from 'openai/resources/images';
import type { ImageRequest } from '../core/picture-ports.ts';
import type { Picture } from '../core/ports.ts';
import { toMask } from './mask.ts';
import { LinkedPictureError } from './picture-bytes.ts';
import { type ImageField, refusedField } from './refused-field.ts';

/** What a server of pictures has shown not to know; kept for as long as the model is. */
export interface ImageManners {
  /** The fields of a request for one picture: those that were asked for, and those that the server takes of our own. */
  toFields(request: ImageRequest): Readonly<Record<string, unknown>>;
  /** True where the same request would go better now, because of what this fault tells. */
  learn(cause: unknown, sent: Readonly<Record<string, unknown>>): boolean;
}

/** Options of {@link createImageManners}. */
export interface ImageMannersOptions {
  readonly model: string;
  /** True for OpenAI's own server. */
  readonly official: boolean;
}

/** Creates the manners for one server. */
export function createImageManners({ model, official }: ImageMannersOptions): ImageManners {
  const refused = new Set<string>();
  let links = false;

  return {
    toFields({ prompt, size, quality, background, format, endUser }) {
      const own = {
        n: 1,
        stream: true,
        partial_images: 2,
        // Models that send links unless told otherwise are old; newer ones refuse the field.
        ...(links && { response_format: 'b64_json' }),
        // Compatible servers may refuse what they don't know.
        ...(official && endUser !== undefined && { safety_identifier: endUser }),
      };
      return {
        ...{ model, prompt },
        ...Object.fromEntries(Object.entries(own).filter(([field]) => !refused.has(field))),
        ...(size !== undefined && { size }),
        ...(quality !== undefined && { quality }),
        ...(background !== undefined && { background }),
        ...(format !== undefined && { output_format: format }),
      };
    },

    learn(cause, sent) {
      if (cause instanceof LinkedPictureError) {
        links = true;
        return !('response_format' in sent) && !refused.has('response_format');
      }
      const field = refusedField(cause);
      if (field === undefined || !ownFields.has(field)) return false;
      const useless = field === 'stream' || field === 'partial_images' ? streaming : [field];
      for (const one of useless) refused.add(one);
      return useless.some((one) => one in sent);
    },
  };
}

/** The body of a request for a picture from nothing. */
export function toGenerateBody(fields: Readonly<Record<string, unknown>>): ImageGenerateParamsBase {
  // Values are as people gave them: which ones there are is the server's to know.
  return fields as unknown as ImageGenerateParamsBase;
}

/** The body of a request for a picture from others. */
export async function toEditBody(
  fields: Readonly<Record<string, unknown>>,
  inputs: readonly Picture[],
  mask: Picture | undefined,
): Promise<ImageEditParamsBase> {
  const [first] = inputs;
  const cut = mask && first && (await toMask(mask, first));
  const files = await Promise.all(inputs.map((picture, index) => upload(`picture-${index + 1}`, picture)));
  const image = files.length === 1 ? files[0] : files;
  return {
    ...fields,
    ...{ image, ...(cut && { mask: await upload('mask', cut) }) },
  } as unknown as ImageEditParamsBase;
}

function upload(name: string, { mediaType, bytes }: Picture): Promise<Uploadable> {
  return toFile(bytes, `${name}.${endings[mediaType]}`, { type: mediaType });
}

const endings: Readonly<Record<Picture['mediaType'], string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
};
const streaming: readonly ImageField[] = ['stream', 'partial_images'];
/** What nobody asked for, so that it can be left out. */
const ownFields: ReadonlySet<ImageField> = new Set([
  ...streaming,
  'n',
  'response_format',
  'safety_identifier',
]);
