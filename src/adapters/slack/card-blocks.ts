import type { types } from '@slack/bolt';
import { toButtonId } from '../../core/buttons.ts';
import type { CardFile, CardView } from '../../core/picture-ports.ts';
import { escapeMarkdown, escapeText, toPlainText } from './escape.ts';

/** A file that can be shown by its id. */
export interface CardPicture {
  readonly file: CardFile;
  readonly id: string;
}

/** What a message is sent with: its blocks, and the words for notifications. */
export interface CardBody {
  readonly text: string;
  readonly blocks: types.KnownBlock[];
}

/** True of files that Slack shows in blocks (docs.slack.dev/reference/block-kit/composition-objects/slack-file-object). */
export function canStandInBlocks({ mediaType }: CardFile): boolean {
  return mediaType === 'image/png' || mediaType === 'image/jpeg' || mediaType === 'image/gif';
}

/** The body of a card's message, with these pictures of it. */
export function toCardBody(
  { text, buttons }: Pick<CardView, 'text' | 'buttons'>,
  pictures: readonly CardPicture[],
): CardBody {
  const words = text.trim() === '' ? 'Files' : text;
  return {
    text: escapeText([...words].slice(0, mostNotified).join('')),
    blocks: [
      ...(text.trim() === '' ? [] : [{ type: 'markdown' as const, text: escapeMarkdown(text) }]),
      ...pictures.map(({ file, id }) => ({
        type: 'image' as const,
        slack_file: { id },
        alt_text: toPlainText(file.description.trim() === '' ? file.name : file.description).slice(
          0,
          mostAltText,
        ),
      })),
      ...(buttons.length === 0
        ? []
        : [
            {
              type: 'actions' as const,
              elements: buttons.map((button, index) => ({
                type: 'button' as const,
                text: { type: 'plain_text' as const, text: toPlainText(button.label).slice(0, mostLabel) },
                action_id: `${buttonPrefix}${index}`,
                value: toButtonId(button),
              })),
            },
          ]),
    ],
  };
}

/** What the `action_id` of our buttons begins with; what a button means is in its value. */
export const buttonPrefix = 'parley:';

/** `text` of `chat.update` may have 4,000 characters, entities included. */
const mostNotified = 600;
const mostAltText = 2_000;
const mostLabel = 75;
