import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { suggestedPrompts } from '../../../src/adapters/slack/agent-view.ts';
import { handledEvents } from '../../../src/adapters/slack/events.ts';
import { neededScopes } from '../../../src/adapters/slack/identity.ts';
import { createCommands } from '../../../src/core/commands/commands.ts';

const commands = createCommands(4).offered;

const manifest = JSON.parse(
  readFileSync(new URL('../../../slack-manifest.json', import.meta.url), 'utf8'),
) as {
  display_information: { name: string; description: string };
  features: {
    app_home: Record<string, boolean>;
    agent_view: { agent_description: string; suggested_prompts: unknown };
    slash_commands: { command: string; description: string; usage_hint?: string }[];
  };
  oauth_config: { scopes: { bot: string[] } };
  settings: {
    event_subscriptions: { bot_events: string[] };
    interactivity: { is_enabled: boolean };
    socket_mode_enabled: boolean;
  };
};

test('subscribes to the events that are handled, and to no others', () => {
  const types = manifest.settings.event_subscriptions.bot_events.map((event) =>
    event.replace(/^message\..*/, 'message'),
  );
  expect([...new Set(types)].sort()).toEqual([...handledEvents].sort());
  const places = manifest.settings.event_subscriptions.bot_events.filter((event) =>
    event.startsWith('message.'),
  );
  expect(places.sort()).toEqual(['message.channels', 'message.groups', 'message.im', 'message.mpim']);
});

test('asks for the scopes that are needed, and for no others', () => {
  expect([...manifest.oauth_config.scopes.bot].sort()).toEqual(Object.keys(neededScopes).sort());
});

test('has the commands as they are defined', () => {
  expect(
    manifest.features.slash_commands.map(({ command, description }) => ({ command, description })),
  ).toEqual(commands.map(({ spec }) => ({ command: `/${spec.name}`, description: spec.description })));
  for (const { command, usage_hint } of manifest.features.slash_commands) {
    const spec = commands.find((candidate) => `/${candidate.spec.name}` === command)?.spec;
    // Its commands carry no files.
    const texts = spec?.options.filter(({ kind }) => kind !== 'file');
    expect(usage_hint !== undefined).toBe(texts?.length === 1 || spec?.typed === true);
  }
});

test('lets people write to the app, and keeps to what Slack takes', () => {
  expect(manifest.settings).toMatchObject({ socket_mode_enabled: true, interactivity: { is_enabled: true } });
  expect(manifest.features.app_home).toMatchObject({
    messages_tab_enabled: true,
    messages_tab_read_only_enabled: false,
  });
  expect(manifest.features.agent_view.suggested_prompts).toEqual(suggestedPrompts);
  expect(suggestedPrompts.length).toBeLessThanOrEqual(4);
  expect(manifest.display_information.name.length).toBeLessThanOrEqual(35);
  expect(manifest.display_information.description.length).toBeLessThanOrEqual(140);
  expect(manifest.features.agent_view.agent_description.length).toBeLessThanOrEqual(300);
});
