import { agentMethods } from './agent-methods.ts';
import { chatMethods } from './chat-methods.ts';
import { conversationMethods } from './conversation-methods.ts';
import { directoryMethods } from './directory-methods.ts';
import { fileMethods } from './files.ts';
import type { CallArguments } from './records.ts';
import { streamMethods } from './stream-methods.ts';
import { uploadMethods } from './uploads.ts';
import { viewMethods } from './views.ts';
import type { Workspace } from './workspace.ts';

/** A Web API method. */
export interface Method {
  /** Scopes of which the token needs one. Where a channel is concerned: by whether it is a direct message. */
  readonly scopes?: readonly string[] | { readonly channel: string; readonly dm: string };
  /** @returns what goes beside `ok: true`. @throws Refusal */
  run(workspace: Workspace, args: CallArguments): Readonly<Record<string, unknown>>;
}

/** All methods for bot tokens, by name. */
export const methods: Readonly<Record<string, Method>> = {
  ...directoryMethods,
  ...chatMethods,
  ...streamMethods,
  ...agentMethods,
  ...conversationMethods,
  ...fileMethods,
  ...uploadMethods,
  ...viewMethods,
};
