import { toGivenOptions } from './command-options.ts';
import { toButtons } from './components.ts';
import { faultOfInput } from './modals.ts';
import { botPermissionBits } from './permissions.ts';
import type { DiscordUser, OptionValue, SeenInteraction } from './types.ts';
import { toApiInteractionChannel, toApiMember, toApiMessage, toApiUser } from './wire.ts';
import {
  type ChannelRecord,
  channelOf,
  type InteractionRecord,
  interactionTypes,
  messageOf,
  type World,
} from './world.ts';

/** Somebody calls a slash command. @throws Error where a client would not let them */
export function callCommand(
  world: World,
  user: DiscordUser,
  channelId: string,
  name: string,
  options: Readonly<Record<string, OptionValue>>,
): InteractionRecord {
  const channel = channelOf(world, channelId);
  const command = world.commands.get(name);
  const given = toGivenOptions(world, command, options);
  const interaction = addInteraction(world, user, channel, { name, kind: 'command' });
  emitInteraction(world, interaction, channel, {
    id: command?.id ?? world.nextId(),
    type: 1,
    name,
    ...given,
  });
  return interaction;
}

/** Somebody presses a button. @throws Error where the message shows no such button */
export function pressButton(
  world: World,
  user: DiscordUser,
  messageId: string,
  button: string,
): InteractionRecord {
  const message = messageOf(world, messageId);
  const buttons = message.deleted ? [] : toButtons(message.components);
  const found = buttons.find(({ customId, label }) => customId === button || label === button);
  if (found === undefined) throw new Error(`Message ${messageId} shows no button ${button}.`);
  const channel = channelOf(world, message.channelId);
  const interaction = addInteraction(world, user, channel, {
    name: found.customId,
    kind: 'button',
    original: message.id,
    pressed: message.id,
  });
  emitInteraction(world, interaction, channel, { custom_id: found.customId, component_type: 2 });
  return interaction;
}

/** Whoever pressed a button fills in the form that came up. @throws Error where there is none, or a client would refuse */
export function submitModal(
  world: World,
  pressed: SeenInteraction,
  values: Readonly<Record<string, string>>,
): InteractionRecord {
  const { modal, user, channelId } = pressed;
  if (modal === undefined) throw new Error(`No form was shown for ${pressed.name}.`);
  for (const input of modal.inputs) {
    const fault = faultOfInput(input, values[input.customId]);
    if (fault !== undefined) throw new Error(`A client does not let the form pass: ${fault}`);
  }
  const channel = channelOf(world, channelId);
  const on = world.interactions.get(pressed.id)?.pressed;
  const interaction = addInteraction(world, user, channel, {
    name: modal.customId,
    kind: 'modal',
    ...(on === undefined ? {} : { original: on, pressed: on }),
  });
  const components = modal.inputs.map(({ customId }, at) => ({
    type: 1,
    id: 2 * at + 1,
    components: [{ type: 4, id: 2 * at + 2, custom_id: customId, value: values[customId] ?? '' }],
  }));
  emitInteraction(world, interaction, channel, { custom_id: modal.customId, components });
  return interaction;
}

function addInteraction(
  world: World,
  user: DiscordUser,
  channel: ChannelRecord,
  rest: Pick<InteractionRecord, 'name' | 'kind' | 'original' | 'pressed'>,
): InteractionRecord {
  const id = world.nextId();
  const interaction: InteractionRecord = {
    id,
    token: `interaction-token-${id}`,
    channelId: channel.id,
    user,
    at: world.now(),
    missed: false,
    ephemeral: false,
    followUps: [],
    ...rest,
  };
  world.interactions.set(id, interaction);
  world.interactionTokens.set(interaction.token, id);
  world.touch();
  return interaction;
}

function emitInteraction(
  world: World,
  interaction: InteractionRecord,
  channel: ChannelRecord,
  data: object,
): void {
  const { guildId } = channel;
  const { pressed } = interaction;
  const user = toApiUser(interaction.user);
  const permissions = botPermissionBits(world, channel);
  world.emit({
    type: 'INTERACTION_CREATE',
    ...(guildId === undefined ? {} : { guildId }),
    data: {
      id: interaction.id,
      application_id: world.applicationId,
      type: interactionTypes[interaction.kind],
      data,
      ...(pressed === undefined ? {} : { message: toApiMessage(world, messageOf(world, pressed)) }),
      token: interaction.token,
      version: 1,
      channel_id: channel.id,
      channel: toApiInteractionChannel(world, channel),
      app_permissions: permissions,
      locale: 'en-US',
      entitlements: [],
      attachment_size_limit: world.fileBytes,
      ...(guildId === undefined
        ? { user, context: 1, authorizing_integration_owners: { 0: '0' } }
        : {
            guild_id: guildId,
            guild: { id: guildId, locale: 'en-US', features: [] },
            guild_locale: 'en-US',
            member: { ...toApiMember(), user, permissions },
            context: 0,
            authorizing_integration_owners: { 0: guildId },
          }),
    },
  });
}
