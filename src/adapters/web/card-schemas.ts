import { z } from 'zod';

/** Cards, and what is done with them, as the API takes and gives them. */

const button = z.object({
  id: z.string().meta({ description: 'For a press.' }),
  label: z.string(),
  asks: z
    .object({ title: z.string(), label: z.string(), example: z.string() })
    .optional()
    .meta({ description: 'A press has to come with a text; this is how to ask for it.' }),
});

const file = z.object({
  name: z.string(),
  description: z.string().meta({ description: 'For those who can’t see it.' }),
  url: z.string().optional().meta({ description: 'Absent where it is not kept any more.' }),
  mediaType: z.string().optional(),
  width: z.int().optional(),
  height: z.int().optional(),
});

/** What stands beside the text of an answer: pictures, a caption in Markdown, buttons. */
export const card = z
  .object({ text: z.string(), files: z.array(file), buttons: z.array(button) })
  .meta({ id: 'Card' });

/** A press of a button. */
export const pressRequest = z
  .strictObject({
    button: z.string().min(1, 'give the id of a button').max(200, 'give the id of a button'),
    text: z
      .string()
      .trim()
      .min(1, 'write something: it is empty')
      .max(32_000, 'write at most 32,000 characters')
      .optional()
      .meta({ description: 'Where the button asks for it, and only there.' }),
  })
  .meta({ id: 'PressRequest' });

/** The id of a picture. */
export const pictureId = z.string().regex(/^[\w-]{1,64}$/, 'give the id of a picture');
