import type { ThreadKey, Turn } from '../ports.ts';
import type { FileReceiver, Receipt, ReceivedFile } from './receiver.ts';

/** True for a turn with files that something came between, so that they were not read. */
export function hasPending({ files = [] }: Turn): boolean {
  return files.some(({ pending }) => pending !== undefined);
}

/** What came of pending files: beside what a receipt tells, all files of each turn as they are now. */
export type PendingReceipt = Pick<Receipt, 'contents' | 'faults'> & {
  readonly files: readonly (readonly ReceivedFile[])[];
};

/** Reads the pending files of turns. Never rejects. */
export async function receivePending(
  thread: ThreadKey,
  turns: readonly Turn[],
  receiver: Pick<FileReceiver, 'receive'>,
  signal: AbortSignal,
): Promise<PendingReceipt> {
  const all = turns.flatMap(({ files = [] }) => files);
  const { received, contents, faults } = await receiver.receive(
    thread,
    all.flatMap(({ pending }) => pending ?? []),
    signal,
  );
  const left = received.values();
  const files = turns.map((turn) =>
    (turn.files ?? []).flatMap((file) => (file.pending === undefined ? { file } : left.take(1).toArray())),
  );
  return { files, contents, faults };
}
