import {
  type APIActionRowComponent,
  type APIButtonComponentWithCustomId,
  type APIMessage,
  type APIMessageTopLevelComponent,
  ComponentType,
} from 'discord.js';

/** A file that goes with a call. */
export interface Upload {
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly description: string;
}

/** A file that the message has already. */
export interface KeptFile {
  /** Discord's id of it. */
  readonly id: string;
  /** Absent: as it is. */
  readonly description?: string;
}

/** Buttons side by side, at most five. */
export type ButtonRow = APIActionRowComponent<APIButtonComponentWithCustomId>;

/** What a message is to show. */
export interface Content {
  readonly text: string;
  /** All that it has then. Absent: they stay as they are. */
  readonly files?: readonly (Upload | KeptFile)[];
  /** Absent: they stay as they are. */
  readonly buttons?: readonly ButtonRow[];
}

/** The part of a body that tells the content; what it uploads goes with the call as files, in the same order. */
export function toFields({ text, files, buttons }: Content) {
  let uploads = 0;
  return {
    content: text,
    ...(files === undefined
      ? {}
      : {
          attachments: files.map((file) =>
            isUpload(file)
              ? { id: uploads++, filename: file.name, description: file.description }
              : { id: file.id, ...(file.description === undefined ? {} : { description: file.description }) },
          ),
        }),
    ...(buttons === undefined ? {} : { components: [...buttons] }),
  };
}

/** The files that are not yet there. */
export function uploadsOf({ files = [] }: Content): readonly Upload[] {
  return files.filter(isUpload);
}

/** True where a message that was found again shows the content already. */
export function isShown(message: APIMessage, content: Content): boolean {
  const { text, files = [], buttons = [] } = content;
  // Discord takes away the white space around a text.
  return (
    message.content === text.trim() &&
    areSent(message, uploadsOf(content)) &&
    message.attachments.length === files.length &&
    sameIds(message.components ?? [], buttons)
  );
}

/** True where a message that was found again has files or buttons: pages of text have neither. */
export function isCard({ attachments, components }: APIMessage): boolean {
  return attachments.length > 0 || (components ?? []).length > 0;
}

/** The files of an answer that are new to a message which had some before; absent where they can't be told apart. */
export function toSent(
  message: APIMessage,
  uploads: readonly Upload[],
  had: ReadonlySet<string>,
): readonly string[] | undefined {
  const fresh = message.attachments.filter(({ id }) => !had.has(id));
  return areSent({ attachments: fresh }, uploads) ? fresh.map(({ id }) => id) : undefined;
}

/** Names are changed by Discord, sizes and the order are not. */
function areSent({ attachments }: Pick<APIMessage, 'attachments'>, uploads: readonly Upload[]): boolean {
  return (
    attachments.length === uploads.length &&
    attachments.every(({ size }, at) => size === uploads[at]?.bytes.byteLength)
  );
}

function sameIds(one: readonly APIMessageTopLevelComponent[], other: readonly ButtonRow[]): boolean {
  return idsOf(one).join('\n') === idsOf(other).join('\n');
}

function idsOf(rows: readonly APIMessageTopLevelComponent[]): readonly string[] {
  return rows.flatMap((row) =>
    row.type === ComponentType.ActionRow
      ? row.components.map((button) => ('custom_id' in button ? button.custom_id : ''))
      : [],
  );
}

function isUpload(file: Upload | KeptFile): file is Upload {
  return 'bytes' in file;
}
