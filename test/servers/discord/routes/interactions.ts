import { ApiFault, refusals } from '../api-fault.ts';
import { nextAttachments } from '../attachments.ts';
import type { Bucket } from '../limits.ts';
import { allowedMentionsOf, type MessageBody, readMessageBody, requireSomething } from '../message-body.ts';
import { messageFlags, postMessage, recordPings, removeMessage } from '../messages.ts';
import { readModal } from '../modals.ts';
import { botPermissions } from '../permissions.ts';
import type { Call, Route } from '../route.ts';
import { toApiMessage } from '../wire.ts';
import {
  channelOf,
  type InteractionRecord,
  interactionTypes,
  type MessageRecord,
  messageOf,
  type World,
} from '../world.ts';
import { applyEdit } from './messages.ts';

const callback = { message: 4, deferredMessage: 5, deferredUpdate: 6, update: 7, modal: 9 } as const;

/** First answers to interactions, and what their token is good for after that. */
export const interactionRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: '/interactions/:interaction/:token/callback',
    needsToken: false,
    handle: answer,
  },
  { method: 'POST', path: '/webhooks/:application/:token', needsToken: false, bucket, handle: followUp },
  {
    method: 'GET',
    path: '/webhooks/:application/:token/messages/:message',
    needsToken: false,
    bucket,
    handle: getMessage,
  },
  {
    method: 'PATCH',
    path: '/webhooks/:application/:token/messages/:message',
    needsToken: false,
    bucket,
    handle: editMessage,
  },
  {
    method: 'DELETE',
    path: '/webhooks/:application/:token/messages/:message',
    needsToken: false,
    bucket,
    handle: deleteMessage,
  },
];

function bucket({ token }: Readonly<Record<string, string>>): Bucket {
  return { limit: 'webhook', hash: 'webhook-messages', key: `webhook:${token}` };
}

function answer(call: Call) {
  const { world, params, query, body } = call;
  const interaction = world.interactions.get(params.interaction!);
  if (interaction === undefined || interaction.token !== params.token) throw refusals.unknownInteraction();
  if (interaction.answer !== undefined) throw refusals.alreadyAnswered();
  const afterMs = world.now() - interaction.at;
  if (afterMs > world.interactionAnswerMs) {
    interaction.missed = true;
    world.touch();
    throw refusals.unknownInteraction();
  }
  const { type, data } = body as { type: number; data?: Record<string, unknown> };
  if (type === callback.modal) return showModal(world, interaction, data ?? {}, afterMs);
  const message = firstMessage(call, interaction, type, data ?? {});
  interaction.answer = { type, at: world.now(), afterMs };
  if (message !== undefined) {
    interaction.original = message.id;
    interaction.ephemeral = message.ephemeral;
  }
  world.touch();
  if (query.get('with_response') !== 'true') return {};
  const resource = message && { type, message: toApiMessage(world, message) };
  return {
    status: 200,
    body: {
      interaction: {
        id: interaction.id,
        type: interactionTypes[interaction.kind],
        response_message_id: message?.id,
        response_message_ephemeral: message?.ephemeral,
      },
      ...(resource === undefined ? {} : { resource }),
    },
  };
}

/** A form can't answer a form. @throws ApiFault 50035 */
function showModal(
  world: World,
  interaction: InteractionRecord,
  data: Record<string, unknown>,
  afterMs: number,
) {
  if (interaction.kind === 'modal') throw new ApiFault(400, 50035, 'Interaction callback type is invalid.');
  interaction.modal = readModal(data);
  interaction.answer = { type: callback.modal, at: world.now(), afterMs };
  world.touch();
  return {};
}

function firstMessage(
  call: Call,
  interaction: InteractionRecord,
  type: number,
  data: Record<string, unknown>,
): MessageRecord | undefined {
  const { world } = call;
  if (type === callback.message) return say(world, interaction, readContent(call, interaction, data), 20);
  if (type === callback.deferredMessage) {
    const flags = (Number(data.flags ?? 0) & messageFlags.ephemeral) | messageFlags.loading;
    return postMessage(world, channelOf(world, interaction.channelId), {
      author: world.bot,
      type: 20,
      content: '',
      mentions: [],
      flags,
      interactionId: interaction.id,
    });
  }
  // The original of a pressed button is the message that the button is on.
  const pressed = interaction.original === undefined ? undefined : messageOf(world, interaction.original);
  if (type === callback.update && pressed)
    applyEdit(world, pressed, readContent(call, interaction, data), true);
  if (type === callback.update || type === callback.deferredUpdate) return pressed;
  throw new ApiFault(400, 50035, `The stand-in knows no callback of type ${type}.`);
}

/**
 * What a call is to show. The documentation names Attach Files among what decides here, too (`app_permissions`).
 * @throws ApiFault 50035, 50013
 */
function readContent({ world, files }: Call, interaction: InteractionRecord, data: unknown): MessageBody {
  const body = readMessageBody(data, files);
  const channel = channelOf(world, interaction.channelId);
  const mayAttach = channel.kind === 'dm' || botPermissions(world, channel).has('ATTACH_FILES');
  if (files.length > 0 && !mayAttach) throw refusals.missingPermissions();
  return body;
}

function say(world: World, interaction: InteractionRecord, body: MessageBody, type: number): MessageRecord {
  const { attachments, ...rest } = body;
  requireSomething({ ...rest, attachments: attachments?.added });
  const message = postMessage(world, channelOf(world, interaction.channelId), {
    ...rest,
    stored: nextAttachments(world, interaction.channelId, [], attachments),
    author: world.bot,
    type,
    content: body.content ?? '',
    mentions: allowedMentionsOf(body),
    reference: undefined,
    interactionId: interaction.id,
  });
  recordPings(world, message, 'create', {
    content: message.content,
    allowed: body.allowed,
    interaction: true,
  });
  return message;
}

/** The interaction of a token. @throws ApiFault 10015 before its first answer, 50027 after its lifetime */
function byToken({ world, params }: Call): InteractionRecord {
  const id = world.interactionTokens.get(params.token!);
  const interaction = id === undefined ? undefined : world.interactions.get(id);
  if (interaction?.answer === undefined) throw refusals.unknownWebhook();
  if (world.now() - interaction.at > world.interactionLifetimeMs) throw refusals.invalidWebhookToken();
  return interaction;
}

function messageByToken(call: Call, interaction: InteractionRecord): MessageRecord {
  const { world, params } = call;
  const id = params.message === '@original' ? interaction.original : params.message;
  const message = id === undefined ? undefined : world.messages.get(id);
  const own =
    message !== undefined && (id === interaction.original || interaction.followUps.includes(message.id));
  if (!own || message.deleted) throw refusals.unknownMessage();
  return message;
}

function followUp(call: Call) {
  const { world } = call;
  const interaction = byToken(call);
  const body = readContent(call, interaction, call.body);
  const original = interaction.original === undefined ? undefined : world.messages.get(interaction.original);
  // Deprecated, but so it is: the first follow-up after "is thinking…" takes its place.
  if (original !== undefined && (original.flags & messageFlags.loading) !== 0) {
    applyEdit(world, original, body, true);
    return { status: 200, body: toApiMessage(world, original) };
  }
  const message = say(world, interaction, body, 0);
  interaction.followUps.push(message.id);
  return { status: 200, body: toApiMessage(world, message) };
}

function getMessage(call: Call) {
  return { body: toApiMessage(call.world, messageByToken(call, byToken(call))) };
}

function editMessage(call: Call) {
  const interaction = byToken(call);
  const message = messageByToken(call, interaction);
  applyEdit(call.world, message, readContent(call, interaction, call.body), true);
  return { status: 200, body: toApiMessage(call.world, message) };
}

function deleteMessage(call: Call) {
  removeMessage(call.world, messageByToken(call, byToken(call)));
  return {};
}
