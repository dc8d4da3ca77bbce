import type { webApi } from '@slack/bolt';
import { ParleyError } from '../../core/errors.ts';
import { errorNameOf, isPassing } from './errors.ts';

/** As whom the app acts, and where. */
export interface Identity {
  readonly team: string;
  readonly teamName: string;
  readonly userId: string;
  readonly botId: string;
  readonly name: string;
  /** Granted to the token; absent where Slack did not tell. */
  readonly scopes?: readonly string[];
}

/**
 * Asks Slack whose token this is. Makes one call.
 * @throws ParleyError `platform-failed` where the token is refused; any other error may pass.
 */
export async function readIdentity(client: webApi.WebClient): Promise<Identity> {
  const answer = await client.auth.test().catch((error: unknown) => {
    if (isPassing(error)) throw error;
    throw new ParleyError('platform-failed', tokenNotice(errorNameOf(error)), { cause: error });
  });
  const { team_id: team, user_id: userId, bot_id: botId } = answer;
  if (team === undefined || userId === undefined || botId === undefined) {
    throw new ParleyError('platform-failed', `SLACK_BOT_TOKEN is not the token of a bot. ${whereTheTokenIs}`);
  }
  const scopes = answer.response_metadata?.scopes;
  return {
    team,
    teamName: answer.team ?? team,
    userId,
    botId,
    name: answer.user ?? userId,
    ...(scopes === undefined ? {} : { scopes }),
  };
}

/** The scopes that the app asks for, and what does not work without each. */
export const neededScopes: Readonly<Record<string, string>> = {
  'app_mentions:read': 'mentions in channels are not seen',
  'assistant:write': 'suggested prompts and titles are not shown',
  'channels:history':
    'in threads of public channels it has to be mentioned each time and can not read what was said above',
  'chat:write': 'nothing can be answered',
  commands: 'the slash commands do not work',
  'files:read': 'files that people send can not be read',
  'files:write': 'pictures and other files can not be sent',
  'groups:history':
    'in threads of private channels it has to be mentioned each time and can not read what was said above',
  'im:history': 'direct messages are not seen',
  'im:write': 'where it can not answer in a channel, nobody is told why',
  'mpim:history':
    'in group conversations it has to be mentioned each time and can not read what was said above',
  'users:read': 'people are not known by name',
};

/** One line for each scope that is missing, with what is lost; none where everything is there or nothing is known. */
export function missingScopes({ scopes }: Identity): readonly string[] {
  if (scopes === undefined) return [];
  return Object.entries(neededScopes)
    .filter(([scope]) => !scopes.includes(scope))
    .map(
      ([scope, lost]) =>
        `Slack: the scope ${scope} is missing: ${lost}. Add it at api.slack.com/apps under OAuth & Permissions and install the app again.`,
    );
}

const whereTheTokenIs =
  'Copy the Bot User OAuth Token (xoxb-…) from api.slack.com/apps, your app, OAuth & Permissions, after installing the app.';

function tokenNotice(name: string | undefined): string {
  return `Slack refused SLACK_BOT_TOKEN (${name ?? 'no reason given'}). ${whereTheTokenIs}`;
}
