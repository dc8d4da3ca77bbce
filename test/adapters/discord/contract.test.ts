import { type CardSubject, describeCards } from '../../contracts/card-surface.ts';
import type { RemoteSubject } from '../../contracts/platform.ts';
import { describePlatform } from '../../contracts/platform.ts';
import type { DiscordChannel, DiscordUser, SayOptions, StandInDiscord } from '../../servers/discord/types.ts';
import { createAdapter, startStandIn } from './harness.ts';

/** A place where people talk to Parley. */
interface Place {
  /** Where it is said. */
  readonly channel: DiscordChannel;
  /** Said there, it speaks to Parley. */
  speak(text: string, options?: SayOptions): { readonly id: string };
}

type CreatePlace = (discord: StandInDiscord, person: DiscordUser) => Place;

const inDirectMessages: CreatePlace = (discord, maria) => {
  const channel = discord.dm(maria);
  return { channel, speak: (text, options) => discord.say(maria, channel.id, text, options) };
};

/** The first one opens a thread; later ones are said in it. */
const inThreadOfMention: CreatePlace = (discord, maria) => {
  const channel = discord.channel();
  return {
    channel,
    speak: (text, options) => {
      const [thread] = discord.threads;
      return discord.say(maria, thread?.id ?? channel.id, text, { mentions: 'bot', ...options });
    },
  };
};

/** The first one is answered in the channel; later ones are replies to that answer. */
const inChannel: CreatePlace = (discord, maria) => {
  const channel = discord.channel();
  return {
    channel,
    speak(text, options) {
      const answer = discord.messages(channel.id).findLast(({ author }) => author.bot);
      return discord.say(maria, channel.id, text, {
        mentions: 'bot',
        ...(answer && { replyTo: answer.id }),
        ...options,
      });
    },
  };
};

function create(createPlace: CreatePlace, replies: 'thread' | 'channel' = 'thread') {
  return async (): Promise<RemoteSubject & CardSubject> => {
    const discord = await startStandIn({ fileBytes: 100_000 });
    const maria = discord.user('maria');
    const place = createPlace(discord, maria);
    const { platform } = createAdapter(discord, { replies });
    const answers = () =>
      [place.channel.id, ...discord.threads.map(({ id }) => id)]
        .flatMap((id) => discord.messages(id))
        .filter(({ author, deleted }) => author.id === discord.bot.id && !deleted);
    return {
      platform,
      start: (inbox, commands) => platform.start(inbox, commands),
      say: (text) => void place.speak(text),
      sayWith: (text, { name, content }) =>
        void place.speak(text, { attachments: [{ filename: name, content }] }),
      deliverAgain: () => discord.gateway.drop({ repeat: 1 }),
      // Of the gateway's events a new session gets none that an old one had.
      forgets: true,
      shown: () => answers().map(({ content }) => content),
      cards: () =>
        answers().map(({ id, content, attachments }) => ({
          text: content,
          files: attachments.map((file) => ({
            bytes: new Uint8Array(Buffer.from(file.content ?? '')),
            description: file.description ?? '',
          })),
          buttons: discord.buttons(id).map(({ label }) => label),
        })),
      async press(label) {
        const card = answers().findLast(({ id }) =>
          discord.buttons(id).some((button) => button.label === label),
        );
        discord.press(maria, card?.id ?? '', label);
      },
      async fillIn(text) {
        const pressed = await discord.until(() => discord.interactions.findLast(({ modal }) => modal));
        const [field] = pressed.modal!.inputs;
        discord.submit(pressed, { [field!.customId]: text });
      },
      command(name) {
        const interaction = discord.command(maria, place.channel.id, name);
        return {
          get acknowledged() {
            return interaction.answer !== undefined && !interaction.missed;
          },
          get answers() {
            const ids = [interaction.original, ...interaction.followUps];
            return answers().flatMap(({ id, content }) => (ids.includes(id) ? [content] : []));
          },
        };
      },
      pinging: `@everyone @here <@${maria.id}> <@!${maria.id}> <@&${discord.guild().id}>`,
      // That an answer in the channel pings whom it answers is meant so.
      pings: () => discord.pings.filter(({ kind }) => kind !== 'reply').length,
      deletePages: () => {
        for (const { id } of answers()) discord.deleteMessage(id);
      },
      deletePlace: () => discord.deleteChannel(discord.threads[0]?.id ?? place.channel.id),
      refuseNext: () =>
        void discord.fail({
          path: /\/messages/,
          status: 429,
          body: { message: 'slow down', retry_after: 1.5, global: false },
        }),
      loseNext: () => void discord.fail({ path: /\/messages/, destroy: true, afterActing: true }),
    };
  };
}

describePlatform('Discord, direct message', create(inDirectMessages));
describePlatform('Discord, thread of a mention', create(inThreadOfMention));
describePlatform('Discord, reply in a channel', create(inChannel, 'channel'));

/** The local Discord takes files of 100,000 bytes. */
const tooLarge = new Uint8Array(100_001);

describeCards('Cards on Discord, direct message', create(inDirectMessages), tooLarge);
describeCards('Cards on Discord, thread of a mention', create(inThreadOfMention), tooLarge);
describeCards('Cards on Discord, reply in a channel', create(inChannel, 'channel'), tooLarge);
