import {
  type APIInteraction,
  type APIModalInteractionResponseCallbackData,
  InteractionResponseType,
  MessageFlags,
  RESTJSONErrorCodes,
  Routes,
} from 'discord.js';
import type { Counters, Logger } from '../../core/ports.ts';
import { isInteractionOver } from './faults.ts';
import { type Call, DiscordCallError } from './rest.ts';

/** The first answers to interactions, for which Discord gives 3 seconds. */
export interface InteractionAnswers {
  /** "is thinking…". False where the person has already been told that Parley did not respond. Never rejects. */
  defer(interaction: APIInteraction, ephemeral: boolean): Promise<boolean>;
  /** Shows a form. As {@link defer}. */
  ask(interaction: APIInteraction, form: APIModalInteractionResponseCallbackData): Promise<boolean>;
  /** Says something to the person alone. Rejects as a call does. */
  tell(interaction: APIInteraction, text: string): Promise<void>;
}

/** Options of {@link createInteractionAnswers}. */
export interface InteractionAnswersOptions {
  readonly call: Call;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** Creates them. */
export function createInteractionAnswers(options: InteractionAnswersOptions): InteractionAnswers {
  const { call, logger, counters } = options;

  async function respond({ id, token }: APIInteraction, body: unknown): Promise<void> {
    await call('POST', Routes.interactionCallback(id, token), { body, asBot: false, timeoutMs: 2500 });
  }

  async function acknowledge(interaction: APIInteraction, body: unknown): Promise<boolean> {
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      try {
        await respond(interaction, body);
        return true;
      } catch (error) {
        if (isAcknowledged(error)) return true;
        if (isInteractionOver(error)) {
          counters.add('discord.dropped.late-interaction');
          logger.warn('Discord: an interaction could not be acknowledged within 3 seconds', { error });
          return false;
        }
        logger.warn('Discord: acknowledging an interaction failed', { error, attempt });
      }
    }
    // It may have been acknowledged all the same, and where not, the answer still goes into the channel.
    return true;
  }

  return {
    defer: (interaction, ephemeral) =>
      acknowledge(interaction, {
        type: InteractionResponseType.DeferredChannelMessageWithSource,
        data: { flags: ephemeral ? MessageFlags.Ephemeral : undefined },
      }),
    ask: (interaction, data) => acknowledge(interaction, { type: InteractionResponseType.Modal, data }),
    tell: (interaction, content) =>
      respond(interaction, {
        type: InteractionResponseType.ChannelMessageWithSource,
        data: { content, flags: MessageFlags.Ephemeral },
      }),
  };
}

function isAcknowledged(error: unknown): boolean {
  return (
    error instanceof DiscordCallError &&
    error.code === RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged
  );
}
