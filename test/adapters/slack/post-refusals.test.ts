import { expect, test } from 'vitest';
import { createPostRefusals } from '../../../src/adapters/slack/post-refusals.ts';

test('one refused post is its channel’s; refusals in several channels together are the workspace’s', () => {
  let now = 0;
  const refusals = createPostRefusals(() => now);
  expect(refusals.blame('C1')).toBe('channel');
  now = 1_000;
  expect(refusals.blame('C1')).toBe('channel');
  now = 2_000;
  expect(refusals.blame('C2')).toBe('workspace');
  now = 60_000;
  expect(refusals.blame('C3')).toBe('channel');
});
