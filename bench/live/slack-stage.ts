import { startSlack } from '../../test/servers/slack/slack.ts';
import { type Asked, latency, type Stage, type StageOptions } from './stage.ts';

/** A local Slack with the documented limits. */
export async function startSlackStage({ burst }: StageOptions): Promise<Stage> {
  const slack = await startSlack({ limits: { burst } });
  slack.latency = latency;
  const hall = slack.channel({ name: 'everybody' });

  /** What belongs to the bot's work, not to its start. */
  const isWork = (method: string) => method !== 'auth.test' && method !== 'apps.connections.open';

  return {
    environment: {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
    },
    invite(job, spread) {
      const person = slack.user(`person-${job.channel}`);
      const channel = spread === 'direct' ? slack.dm(person) : spread === 'threads' ? hall : slack.channel();
      return (question): Asked => {
        const { ts } = slack.say(person, channel.id, question, { mention: spread !== 'direct' });
        return {
          at: Date.now(),
          shown: () =>
            slack
              .messages(channel.id)
              .filter(
                ({ author, threadTs, deleted }) =>
                  author === slack.bot.userId && !deleted && (spread === 'direct' || threadTs === ts),
              )
              .map(({ versions }) => versions),
        };
      };
    },
    calls: () => slack.calls.filter(({ method }) => isWork(method)).length,
    refusals: () =>
      slack.calls
        .filter(({ error }) => error === 'ratelimited')
        .map(({ at, method }) => ({ at, call: method })),
    close: () => slack.close(),
  };
}
