import { botCanView, everyoneBits } from './permissions.ts';
import type { DiscordGuild } from './types.ts';
import { type Json, startOfTime, toApiChannel, toApiMember, toApiUser } from './wire.ts';
import type { World } from './world.ts';

/** A guild as GUILD_CREATE brings it: with the channels and active threads that the bot sees. */
export function toApiGuild(world: World, guild: DiscordGuild): Json {
  const seen = [...world.channels.values()].filter(
    (channel) => channel.guildId === guild.id && !channel.deleted && botCanView(world, channel),
  );
  return {
    id: guild.id,
    name: guild.name,
    icon: null,
    splash: null,
    banner: null,
    description: null,
    owner_id: '1',
    afk_channel_id: null,
    afk_timeout: 300,
    system_channel_id: null,
    system_channel_flags: 0,
    rules_channel_id: null,
    public_updates_channel_id: null,
    safety_alerts_channel_id: null,
    application_id: null,
    verification_level: 0,
    explicit_content_filter: 0,
    default_message_notifications: 1,
    mfa_level: 0,
    nsfw_level: 0,
    premium_tier: 0,
    premium_subscription_count: 0,
    premium_progress_bar_enabled: false,
    preferred_locale: 'en-US',
    vanity_url_code: null,
    features: [],
    emojis: [],
    stickers: [],
    soundboard_sounds: [],
    roles: toApiRoles(guild),
    joined_at: startOfTime,
    large: false,
    unavailable: false,
    member_count: world.users.size,
    members: [{ user: toApiUser(world.bot), ...toApiMember() }],
    presences: [],
    voice_states: [],
    stage_instances: [],
    guild_scheduled_events: [],
    channels: seen
      .filter((channel) => channel.kind === 'text')
      .map((channel) => toApiChannel(world, channel)),
    threads: seen
      .filter((channel) => channel.kind === 'thread' && !channel.archived)
      .map((channel) => toApiChannel(world, channel)),
  };
}

/** The roles of a guild: @everyone alone. */
export function toApiRoles(guild: DiscordGuild): Json[] {
  return [
    {
      id: guild.id,
      name: '@everyone',
      permissions: everyoneBits,
      color: 0,
      colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
      hoist: false,
      icon: null,
      unicode_emoji: null,
      position: 0,
      managed: false,
      mentionable: false,
      flags: 0,
    },
  ];
}
