import type { CommandCall, IncomingMessage, ReplyAddress, ThreadKey } from './ports.ts';

/** Something a person is owed an answer to. */
export type Errand =
  | { readonly kind: 'message'; readonly message: IncomingMessage }
  | { readonly kind: 'command'; readonly call: CommandCall };

/** The id of the message or call behind an errand. */
export function errandId(errand: Errand): string {
  return errand.kind === 'message' ? errand.message.id : errand.call.id;
}

/** Where the answer to an errand goes. */
export function addressOf(errand: Errand): ReplyAddress {
  return errand.kind === 'message' ? errand.message.replyTo : errand.call.replyTo;
}

/** The thread in whose lane an errand waits. */
export function threadOf(errand: Errand): ThreadKey {
  return errand.kind === 'message' ? errand.message.thread : errand.call.replyTo.thread;
}

/** True where an errand is to be answered; what people say to others is only remembered. */
export function isAnswered(errand: Errand): boolean {
  return errand.kind === 'command' || errand.message.to !== 'others';
}

/** True for what {@link Errand} describes, as far as recovery relies on it: stores hold what older versions wrote. */
export function isErrand(value: unknown): value is Errand {
  const { kind, message, call } = (value ?? {}) as Record<string, unknown>;
  const body = (kind === 'message' ? message : kind === 'command' ? call : undefined) as
    | Partial<IncomingMessage>
    | undefined;
  const address = body?.replyTo;
  return (
    typeof body?.id === 'string' && typeof address?.thread === 'string' && typeof address.data === 'object'
  );
}
