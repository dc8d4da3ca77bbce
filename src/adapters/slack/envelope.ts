import { asPayload, type Payload, textOf } from './payload.ts';

/**
 * The body of an event as Bolt can take it, or `undefined` where it is nothing that Slack sends. A notice like
 * `app_rate_limited` has no inner event, on which Socket Mode's client and Bolt stumble: it is given one.
 */
export function toBoltBody(body: unknown): Payload | undefined {
  const payload = asPayload(body);
  if (payload === undefined) return undefined;
  if (payload.type === 'app_rate_limited') return { ...payload, event: { ...payload, event: undefined } };
  if ('event' in payload) return textOf(asPayload(payload.event), 'type') === undefined ? undefined : payload;
  if (payload.command !== undefined) return typeof payload.command === 'string' ? payload : undefined;
  return isInteraction(payload) ? payload : undefined;
}

function isInteraction(payload: Payload): boolean {
  return textOf(payload, 'type') !== undefined && asPayload(payload.user) !== undefined;
}
