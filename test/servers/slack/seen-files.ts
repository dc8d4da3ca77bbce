import { toFileBytes } from './files.ts';
import type { SeenFile } from './records.ts';
import type { Workspace } from './workspace.ts';

/** What people see of the pictures in blocks, and of files that came with a message. */
export function toSeenFiles(
  workspace: Workspace,
  blocks: readonly unknown[] | undefined,
  attached: readonly unknown[] = [],
): readonly SeenFile[] {
  const pictures = (blocks ?? []).flatMap((block) => {
    const { type, slack_file: file, alt_text: altText } = block as Record<string, unknown>;
    if (type !== 'image') return [];
    return toSeenFile(workspace, (file as { id?: unknown } | undefined)?.id, 'block', String(altText));
  });
  const files = attached.flatMap((file) =>
    toSeenFile(workspace, (file as { id?: unknown }).id, 'attachment'),
  );
  return [...pictures, ...files];
}

function toSeenFile(workspace: Workspace, id: unknown, as: SeenFile['as'], altText?: string): SeenFile[] {
  const file = workspace.files.get(String(id));
  if (!file) return [];
  const { name, title, mimetype } = file.wire;
  return [
    {
      ...{ id: String(id), name: String(name), title: String(title ?? ''), mimetype: String(mimetype), as },
      ...{ altText: altText ?? file.own?.altText ?? '', content: toFileBytes(file.sent) },
    },
  ];
}
