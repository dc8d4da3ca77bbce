import { ParleyError } from '../../core/errors.ts';
import type {
  CommandSpec,
  Counters,
  Inbox,
  KeyValue,
  Logger,
  Platform,
  ReplySurface,
} from '../../core/ports.ts';
import { within } from '../../core/within.ts';
import { fromReplyAddress } from './address.ts';
import { createAgentView } from './agent-view.ts';
import { SlackApp } from './app.ts';
import { createCardSurface } from './card-surface.ts';
import { clientOptions, createClients } from './clients.ts';
import { registerCommands } from './commands.ts';
import { readEarlier } from './earlier.ts';
import { registerEvents } from './events.ts';
import { createFileRefusals } from './file-refusals.ts';
import { createFiles } from './files.ts';
import { type Identity, missingScopes, readIdentity } from './identity.ts';
import { createIntake } from './intake.ts';
import { toSlackLogger } from './logger.ts';
import { createPagesPosted } from './pages-posted.ts';
import { persist } from './patience.ts';
import { createPeople } from './people.ts';
import { createPostRefusals } from './post-refusals.ts';
import { registerPresses } from './presses.ts';
import { createPrivateSurface } from './private-surface.ts';
import { createRefusals } from './refusals.ts';
import { createSource } from './source.ts';
import { createSurface } from './surface.ts';
import { createTellOnce } from './tell-once.ts';

/** Options of {@link createSlack}. */
export interface SlackOptions {
  /** `xoxb-…` */
  readonly botToken: string;
  /** `xapp-…`: events come over Socket Mode. Without it they come as signed requests. */
  readonly appToken?: string;
  /** Needed without `appToken`. */
  readonly signingSecret?: string;
  /** @default 'https://slack.com/api/' */
  readonly apiUrl?: string;
  /** Where to listen without `appToken`; port 0 takes a free one. @default 127.0.0.1, port 3000 */
  readonly http?: { readonly host: string; readonly port: number };
  /** How long a card's last view waits for its pictures, in steps of milliseconds. @default 9.5 seconds, in growing steps */
  readonly fileWaitsMs?: readonly number[];
  /** For small things that are to survive a restart. */
  readonly store: KeyValue;
  readonly logger: Logger;
  readonly counters: Counters;
}

/** Creates the platform Slack, for one workspace. Nothing is sent before `start` or the first call of a surface. */
export function createSlack(options: SlackOptions): Platform<ReplySurface> {
  const { botToken, apiUrl, store, logger, counters } = options;
  const clients = createClients({ botToken, logger, ...(apiUrl === undefined ? {} : { apiUrl }) });
  const people = createPeople(clients.read, logger);
  const files = createFiles({ botToken, client: clients.read, ...(apiUrl === undefined ? {} : { apiUrl }) });
  const refusals = createRefusals();
  const fileRefusals = createFileRefusals();
  const postRefusals = createPostRefusals();
  const pages = createPagesPosted({ store, logger, counters });
  const tellOnce = createTellOnce({ client: clients.read, store, logger, counters });
  const stopping = new AbortController();
  const closing = new AbortController();
  const uploadOrigins = new Set([
    'https://files.slack.com',
    ...(apiUrl === undefined ? [] : [new URL(apiUrl).origin]),
  ]);
  const source = createSource(options);
  let app: SlackApp | undefined;
  let known: Identity | undefined;

  async function identity(): Promise<Identity> {
    known ??= await readIdentity(clients.read);
    return known;
  }

  function createApp(self: Identity, inbox: Inbox, specs: readonly CommandSpec[]): SlackApp {
    const created = new SlackApp({
      receiver: source.receiver,
      token: botToken,
      botId: self.botId,
      botUserId: self.userId,
      tokenVerificationEnabled: false,
      convoStore: false,
      ignoreSelf: false,
      logger: toSlackLogger(logger),
      clientOptions: clientOptions(apiUrl),
    });
    created.reportTo(logger);
    const agentView = createAgentView({ client: clients.read, team: self.team, store, logger });
    const intake = createIntake({ identity: self, people, files, inbox, agentView, logger, counters });
    registerEvents(created, { identity: self, intake, agentView, logger, counters });
    registerCommands(created, {
      ...{ specs, identity: self, client: clients.write, people, inbox, logger, counters },
      signal: stopping.signal,
    });
    registerPresses(created, { identity: self, client: clients.write, people, inbox, logger, counters });
    return created;
  }

  return {
    name: 'slack',

    async start(inbox, specs) {
      try {
        const self = await persist(identity, {
          signal: stopping.signal,
          isFinal: (error) => error instanceof ParleyError,
          onFailure: (error, nextInMs) =>
            logger.warn('Slack does not answer; trying again', { error, nextInMs }),
        });
        for (const line of missingScopes(self)) logger.warn(line);
        app = createApp(self, inbox, specs);
        const where = await source.start();
        return `Slack: connected as ${self.name} in ${self.teamName} (${where})`;
      } catch (error) {
        if (error instanceof ParleyError || !stopping.signal.aborted) throw error;
        throw new ParleyError('platform-failed', 'Slack was stopped before it was connected.', {
          cause: error,
        });
      }
    },

    ready: () => source.ready(),

    surface(address) {
      const place = fromReplyAddress(address);
      return place.responseUrl === undefined
        ? createSurface(place, { clients, identity, refusals, postRefusals, pages, tellOnce })
        : createPrivateSurface(place.team, place.responseUrl);
    },

    card(address) {
      return createCardSurface(fromReplyAddress(address), {
        ...{ clients, identity, postRefusals, fileRefusals, pages, tellOnce, uploadOrigins },
        ...(options.fileWaitsMs === undefined ? {} : { waitsMs: options.fileWaitsMs }),
        signal: closing.signal,
      });
    },

    async earlier(address) {
      return readEarlier(address, {
        client: clients.read,
        identity: await identity(),
        people,
        files,
        logger,
      });
    },

    fetchFile: files.fetch,

    async stop() {
      stopping.abort();
      await source.stop();
      // What came before is handed to the engine first, but a slow Slack holds up no shutdown.
      if (app !== undefined) await within(app.settled(), 3_000);
    },

    async close() {
      stopping.abort();
      closing.abort();
      await source.close();
    },
  };
}
