import type { OpenOptions, PageView, ReplySurface, Rung } from '../../../src/core/ports.ts';
import type { StandInSlack } from '../../servers/slack/types.ts';
import { connectSurfaces, threadAddress } from './harness.ts';

/** What a page is to show, and what it shows. */
export const view = (text: string, shown = ''): PageView => ({ text, shown });
/** The first attempt at the first page of a reply. */
export const first: OpenOptions = { index: 0, key: 'reply-1#0', attempt: 1, whole: false };
/** The second attempt at the same page. */
export const again: OpenOptions = { ...first, attempt: 2 };

/** A rung that is known to be there. */
export function rungNamed(surface: ReplySurface, name: string): Rung {
  const rung = surface.rungs.find((candidate) => candidate.name === name);
  if (rung === undefined) throw new Error(`there is no rung ${name}`);
  return rung;
}

/** The surface of an answer in the thread of a mention, unconnected. */
export async function inThread() {
  const connected = await connectSurfaces();
  const { slack, platform } = connected;
  const ann = slack.user('Ann');
  const { id: channel } = slack.channel();
  const question = slack.say(ann, channel, 'tell me', { mention: true });
  const surface = platform.surface(threadAddress(slack, question, ann.id));
  const answers = () => slack.replies(channel, question.ts);
  return { ...connected, ann, channel, question, surface, answers };
}

/** The surface of an answer to a direct message outside of threads, unconnected. */
export async function inDirectMessage() {
  const connected = await connectSurfaces();
  const { slack, platform } = connected;
  const ann = slack.user('Ann');
  const { id: channel } = slack.dm(ann);
  const { ts } = slack.say(ann, channel, 'tell me');
  const team = slack.team.id;
  const data = { team, channel, ts, user: ann.id, userTeam: team };
  const surface = platform.surface({ thread: `slack:${team}:${channel}`, data });
  const answers = () => slack.messages(channel).filter(({ author }) => author === slack.bot.userId);
  return { ...connected, channel, surface, answers };
}

/** Names of all calls so far. */
export function callsOf(slack: StandInSlack): string[] {
  return slack.calls.map(({ method }) => method);
}
