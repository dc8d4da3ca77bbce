import { ApiFault, refusals } from '../api-fault.ts';
import type { Bucket } from '../limits.ts';
import { allowedMentionsOf, type MessageBody, readMessageBody, requireSomething } from '../message-body.ts';
import { messageFlags, postMessage, recordPings, removeMessage } from '../messages.ts';
import type { Call, Route } from '../route.ts';
import { toApiMessage } from '../wire.ts';
import { channelOf, type InteractionRecord, type MessageRecord, messageOf, type World } from '../world.ts';
import { applyEdit } from './messages.ts';

const callback = { message: 4, deferredMessage: 5, deferredUpdate: 6, update: 7 } as const;

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

function answer({ world, params, query, body }: Call) {
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
  const message = firstMessage(world, interaction, type, data ?? {});
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
        type: interaction.kind === 'command' ? 2 : 3,
        response_message_id: message?.id,
        response_message_ephemeral: message?.ephemeral,
      },
      ...(resource === undefined ? {} : { resource }),
    },
  };
}

function firstMessage(
  world: World,
  interaction: InteractionRecord,
  type: number,
  data: Record<string, unknown>,
): MessageRecord | undefined {
  if (type === callback.message) return say(world, interaction, readMessageBody(data), 20);
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
  if (type === callback.update && pressed) applyEdit(world, pressed, readMessageBody(data), true);
  if (type === callback.update || type === callback.deferredUpdate) return pressed;
  throw new ApiFault(400, 50035, `The stand-in knows no callback of type ${type}.`);
}

function say(world: World, interaction: InteractionRecord, body: MessageBody, type: number): MessageRecord {
  requireSomething(body);
  const message = postMessage(world, channelOf(world, interaction.channelId), {
    ...body,
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
  const body = readMessageBody(call.body);
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
  const message = messageByToken(call, byToken(call));
  applyEdit(call.world, message, readMessageBody(call.body), true);
  return { status: 200, body: toApiMessage(call.world, message) };
}

function deleteMessage(call: Call) {
  removeMessage(call.world, messageByToken(call, byToken(call)));
  return {};
}
