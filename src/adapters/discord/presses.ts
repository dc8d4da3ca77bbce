import {
  type APIMessage,
  type APIMessageComponentInteraction,
  type APIModalSubmissionComponent,
  type APIModalSubmitInteraction,
  type Client,
  ComponentType,
  type REST,
  TextInputStyle,
} from 'discord.js';
import { type Press, readButtonId } from '../../core/buttons.ts';
import type { Counters, Inbox, Logger, ThreadKey } from '../../core/ports.ts';
import { threadKey } from './address.ts';
import { findConversation } from './conversation.ts';
import type { InteractionAnswers } from './interaction-answers.ts';
import { conversationHere, toAnswerAddress } from './interaction-place.ts';
import type { PagesPosted } from './pages-posted.ts';
import { toAuthor } from './people.ts';

/** What people do with the buttons of cards. The methods reject only where a fault is ours. */
export interface Presses {
  /** Somebody pressed a button. */
  pressed(client: Client<true>, interaction: APIMessageComponentInteraction): Promise<void>;
  /** Somebody filled in the form that a button asked with. */
  filledIn(client: Client<true>, interaction: APIModalSubmitInteraction): Promise<void>;
}

/** Options of {@link createPresses}. */
export interface PressesOptions {
  readonly inbox: Inbox;
  readonly answers: InteractionAnswers;
  readonly pagesPosted: PagesPosted;
  readonly rest: REST;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** Most characters that Discord takes in a field of a form. */
const mostText = 4000;

/** Makes commands of presses, from what the ids of the buttons say: also of buttons that a former process posted. */
export function createPresses(options: PressesOptions): Presses {
  const { inbox, answers, logger, counters } = options;

  return {
    async pressed(client, interaction) {
      const { custom_id, component_type } = interaction.data;
      const press = component_type === ComponentType.Button ? readButtonId(custom_id) : undefined;
      if (press === undefined) return refuse(interaction);
      const { asks } = press;
      if (asks === undefined) return pass(client, interaction, press);
      await answers.ask(interaction, {
        // All that has to be known afterwards is in it.
        custom_id,
        title: asks.title,
        components: [
          {
            type: ComponentType.ActionRow,
            components: [
              {
                type: ComponentType.TextInput,
                custom_id: asks.option,
                style: TextInputStyle.Paragraph,
                label: asks.label,
                placeholder: asks.example,
                required: true,
                max_length: mostText,
              },
            ],
          },
        ],
      });
    },

    async filledIn(client, interaction) {
      const press = readButtonId(interaction.data.custom_id);
      if (press?.asks === undefined) return refuse(interaction);
      const { option } = press.asks;
      const text = readText(interaction.data.components, option).trim();
      await pass(client, interaction, { ...press, options: { ...press.options, [option]: text } });
    },
  };

  async function refuse(
    interaction: APIMessageComponentInteraction | APIModalSubmitInteraction,
  ): Promise<void> {
    counters.add('discord.dropped.unknown-button');
    await answers.tell(interaction, 'This button no longer works.');
  }

  async function pass(
    client: Client<true>,
    interaction: APIMessageComponentInteraction | APIModalSubmitInteraction,
    { command, options: given }: Press,
  ): Promise<void> {
    const created = Date.now();
    const user = interaction.member?.user ?? interaction.user;
    if (user === undefined) return counters.add('discord.dropped.malformed');
    if (!(await answers.defer(interaction, false))) return;
    const conversation =
      conversationHere(interaction) ??
      (await conversationOf(client, interaction.message).catch((error: unknown) => {
        // Whoever pressed sees "is thinking…" by now: better a conversation of its own than no answer.
        logger.warn('Discord: could not look up the conversation of a card', { error });
        return undefined;
      }));
    const thread = conversation ?? threadKey(interaction.id);
    const place = { interaction, created, thread, user: user.id, visibility: 'everyone' } as const;
    await inbox.command({
      id: `discord:${interaction.id}`,
      name: command,
      options: given,
      ...(conversation === undefined ? {} : { conversation }),
      author: toAuthor(user, interaction.member),
      shared: interaction.guild_id !== undefined,
      replyTo: await toAnswerAddress(client, place, logger),
    });
  }

  /** The same as of a reply to the card. */
  async function conversationOf(
    client: Client<true>,
    card: APIMessage | undefined,
  ): Promise<ThreadKey | undefined> {
    if (card === undefined) return undefined;
    const { id, channel_id } = card;
    const reply = {
      id,
      channel_id,
      message_reference: { message_id: id, channel_id },
      referenced_message: card,
    };
    return findConversation(reply as Parameters<typeof findConversation>[0], {
      ...options,
      self: client.user.id,
    });
  }
}

/** Forms are made of rows, or of labels: either holds its field. */
function readText(components: readonly APIModalSubmissionComponent[], option: string): string {
  const fields = components.flatMap((component): readonly Field[] => {
    if (component.type === ComponentType.ActionRow) return component.components;
    return component.type === ComponentType.Label ? [component.component] : [];
  });
  const value = fields.find(({ custom_id }) => custom_id === option)?.value;
  return typeof value === 'string' ? value : '';
}

interface Field {
  readonly custom_id: string;
  readonly value?: unknown;
}
