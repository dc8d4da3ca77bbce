import type { App } from '@slack/bolt';
import type { Counters, Logger } from '../../core/ports.ts';
import type { AgentView } from './agent-view.ts';
import type { Identity } from './identity.ts';
import type { Intake } from './intake.ts';
import { asPayload, listOf, type Payload, textOf } from './payload.ts';

/** What {@link registerEvents} needs. */
export interface EventsOptions {
  readonly identity: Identity;
  readonly intake: Intake;
  readonly agentView: AgentView;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** The types of events that are listened to. Slack calls the kinds of `message` by where they were said. */
export const handledEvents = ['app_mention', 'message', 'app_home_opened', 'agent_session_stopped'] as const;

/** Listens to Slack's events. */
export function registerEvents(app: App, options: EventsOptions): void {
  const { identity, intake, agentView, logger, counters } = options;
  const handlers: Record<(typeof handledEvents)[number], (event: unknown) => Promise<void> | void> = {
    app_mention: (event) => intake.message(event),
    message: (event) => intake.message(event),
    app_home_opened: (event) => agentView.opened(event),
    agent_session_stopped: (event) => intake.sessionStopped(event),
  };

  for (const type of handledEvents) {
    app.event(type, async ({ event, body }) => {
      if (isOurs(asPayload(body), identity)) await handlers[type](event);
      else counters.add('dropped.other-team');
    });
  }

  // Not subscribed to: Slack sends it by itself, in place of the events that it holds back.
  app.event('app_rate_limited', async () => {
    counters.add('slack.events-held-back');
    logger.warn('Slack holds back events of this minute: too many happen in this workspace');
  });
}

/** An app in several workspaces has one stream of events, but this token can answer in one of them only. */
function isOurs(body: Payload | undefined, { team }: Identity): boolean {
  const [authorization] = listOf(body, 'authorizations');
  const to = textOf(authorization, 'team_id');
  return to === undefined || to === team || authorization?.is_enterprise_install === true;
}
