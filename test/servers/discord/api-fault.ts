/** A call that Discord refuses: the status and the JSON error code of its answer. */
export class ApiFault extends Error {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, code: number, message: string, errors?: unknown) {
    super(message);
    this.name = 'ApiFault';
    this.status = status;
    this.body = { message, code, ...(errors === undefined ? {} : { errors }) };
  }
}

/** 50035 for one field, in the shape that Discord reports it. */
export function invalidField(field: string, code: string, message: string): ApiFault {
  return new ApiFault(400, 50035, 'Invalid Form Body', { [field]: { _errors: [{ code, message }] } });
}

/** 50035 for a field of the items of a list, as `['components', 0, 'label']`. */
export function invalidAt(
  path: readonly [string, ...(string | number)[]],
  code: string,
  message: string,
): ApiFault {
  const fault: Readonly<Record<string, unknown>> = { _errors: [{ code, message }] };
  const errors = path.reduceRight((inner, part) => ({ [part]: inner }), fault);
  return new ApiFault(400, 50035, 'Invalid Form Body', errors);
}

/** The refusals that several routes share. */
export const refusals = {
  unauthorized: () => new ApiFault(401, 0, '401: Unauthorized'),
  unknownRoute: () => new ApiFault(404, 0, '404: Not Found'),
  unknownChannel: () => new ApiFault(404, 10003, 'Unknown Channel'),
  unknownGuild: () => new ApiFault(404, 10004, 'Unknown Guild'),
  unknownMember: () => new ApiFault(404, 10007, 'Unknown Member'),
  unknownMessage: () => new ApiFault(404, 10008, 'Unknown Message'),
  unknownUser: () => new ApiFault(404, 10013, 'Unknown User'),
  unknownWebhook: () => new ApiFault(404, 10015, 'Unknown Webhook'),
  unknownInteraction: () => new ApiFault(404, 10062, 'Unknown interaction'),
  unknownCommand: () => new ApiFault(404, 10063, 'Unknown application command'),
  alreadyAnswered: () => new ApiFault(400, 40060, 'Interaction has already been acknowledged.'),
  tooManyFiles: () => new ApiFault(400, 30015, 'Maximum number of attachments in a message reached (10)'),
  tooLarge: () => new ApiFault(413, 40005, 'Request entity too large'),
  missingAccess: () => new ApiFault(403, 50001, 'Missing Access'),
  notYourMessage: () => new ApiFault(403, 50005, 'Cannot edit a message authored by another user'),
  emptyMessage: () => new ApiFault(400, 50006, 'Cannot send an empty message'),
  missingPermissions: () => new ApiFault(403, 50013, 'Missing Permissions'),
  wrongChannelType: () => new ApiFault(400, 50024, 'Cannot execute action on this channel type'),
  invalidWebhookToken: () => new ApiFault(401, 50027, 'Invalid Webhook Token'),
  archived: () => new ApiFault(400, 50083, 'Thread is archived'),
  noHistoryToReply: () =>
    new ApiFault(400, 160002, 'Cannot reply without permission to read message history'),
  threadExists: () => new ApiFault(400, 160004, 'A thread has already been created for this message'),
  locked: () => new ApiFault(400, 160005, 'Thread is locked'),
} as const;
