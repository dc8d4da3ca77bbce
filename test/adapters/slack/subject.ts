import { createSlack } from '../../../src/adapters/slack/slack.ts';
import type { Inbox } from '../../../src/core/ports.ts';
import type { CardSubject, SeenCard } from '../../contracts/card-surface.ts';
import type { RemoteSubject } from '../../contracts/platform.ts';
import type { Interaction, SeenMessage } from '../../servers/slack/records.ts';
import type { SayOptions } from '../../servers/slack/types.ts';
import { createInstruments, type Mode, optionsFor, startStandIn } from './harness.ts';

/** Where a person speaks to Parley: in a channel, whose answers are streams in a thread, or directly. */
export type Kind = 'channel' | 'direct message';

/** A person who talks to Parley in one place of a local Slack. */
export async function createSubject(mode: Mode, kind: Kind): Promise<RemoteSubject & CardSubject> {
  const slack = await startStandIn({ limits: { postsPerSecondPerChannel: Number.POSITIVE_INFINITY } });
  const maria = slack.user('maria');
  const place = kind === 'channel' ? slack.channel() : slack.dm(maria);
  const platform = createSlack(optionsFor(slack, mode, createInstruments()));
  let thread: SayOptions = {};
  let newest: readonly string[] = [];
  let called: Interaction | undefined;
  const isOwn = ({ botId }: { readonly botId?: string }) => botId !== undefined;
  const shownMessages = () =>
    slack.messages(place.id).filter((message) => isOwn(message) && !message.deleted);
  function say(text: string, options: SayOptions = {}): void {
    const said = slack.say(maria, place.id, text, {
      ...{ ...thread, mention: kind === 'channel', deliver: 'message' },
      ...options,
    });
    if (kind === 'channel') thread = { threadTs: said.threadTs ?? said.ts };
    newest = said.eventIds;
  }

  return {
    platform,
    async start(inbox, commands) {
      const waiting: Inbox = {
        ...inbox,
        async command(call) {
          // It is on its way to Slack before it is passed on, so it arrives though nobody has taken the call yet.
          await slack.until(() => called?.acknowledged === true);
          await inbox.command(call);
        },
      };
      const line = await platform.start(waiting, commands);
      if (mode === 'http') slack.deliverTo(/http:\S+(?=\))/.exec(line)?.[0]);
    },
    say,
    sayWith: (text, file) => say(text, { files: [file] }),
    shown: () => shownMessages().map(({ text }) => text),
    cards: () => shownMessages().map(toCard),
    async press(label) {
      const card = shownMessages().findLast(({ buttons }) =>
        buttons.some((button) => button.label === label),
      );
      if (card === undefined) throw new Error(`no message has a button ${label}`);
      called = slack.press(maria, card, label);
    },
    async fillIn(text) {
      const { id, inputs } = await slack.untilModal(maria);
      called = slack.submit(maria, id, { [inputs[0]?.blockId ?? '']: text });
    },
    deliverAgain() {
      for (const id of newest) slack.redeliver(id);
    },
    command(name) {
      const [posted, told] = [slack.messages(place.id).length, slack.ephemerals.length];
      const interaction = slack.slash(maria, place.id, `/${name}`, '');
      called = interaction;
      return {
        get acknowledged() {
          return interaction.acknowledged;
        },
        get answers() {
          // The question is repeated for everybody before it is answered.
          const isAnswer = (text: string) => !text.includes(' asked: ');
          const answers = slack.messages(place.id).slice(posted).filter(isOwn);
          const alone = slack.ephemerals.slice(told);
          return [...answers, ...alone].map(({ text }) => text).filter(isAnswer);
        },
      };
    },
    pinging: `<!channel> <!here|here> <@${maria.id}> <!subteam^S1>`,
    pings: () => slack.pings.length,
    deletePages() {
      for (const message of slack.messages(place.id))
        if (isOwn(message)) slack.deleteMessage(place.id, message.ts);
    },
    deletePlace: () => slack.change(place.id, { gone: true }),
    refuseNext: () => slack.fail({ where: isWritten, status: 429, headers: { 'retry-after': '1' } }),
    loseNext: () => slack.fail({ where: isWritten, afterActing: true }),
  };
}

/** Calls that write a message carry text; those that look something up don't. */
function isWritten(args: Readonly<Record<string, unknown>>): boolean {
  return 'markdown_text' in args || 'blocks' in args;
}

function toCard({ text, versions, buttons }: SeenMessage): SeenCard {
  const files = versions.at(-1)?.files ?? [];
  return {
    text,
    files: files.map(({ content, altText }) => ({ bytes: new Uint8Array(content), description: altText })),
    buttons: buttons.map(({ label }) => label),
  };
}
