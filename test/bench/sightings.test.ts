import { expect, it } from 'vitest';
import { toSightings } from '../../bench/live/sightings.ts';
import { latency } from '../../bench/live/stage.ts';

const screen = latency.ms / 2;

it('puts pages together as people saw them, half a call after they were carried out', () => {
  const first = [
    { at: 1_000, text: 'one' },
    { at: 2_000, text: 'one two' },
  ];
  const second = [{ at: 3_000, text: 'three' }];
  expect(toSightings([first, second], 'one two three', 1_000)).toEqual({
    sightings: [
      { at: screen, letters: 3 },
      { at: 1_000 + screen, letters: 6 },
      { at: 2_000 + screen, letters: 11 },
    ],
    whole: true,
  });
});

it('counts letters up to the first that is wrong', () => {
  const { sightings, whole } = toSightings([[{ at: 0, text: 'one too three' }]], 'one two three', 0);
  expect(sightings).toEqual([{ at: screen, letters: 4 }]);
  expect(whole).toBe(false);
});

it.each([
  ['something is missing', 'one two'],
  ['something is under it', 'one two three (sorry)'],
  ['a page is there twice', 'one two three three'],
])('calls a reply not whole where %s', (_, text) => {
  expect(toSightings([[{ at: 0, text }]], 'one two three', 0).whole).toBe(false);
});

it('sees nothing where nothing came', () => {
  expect(toSightings([], 'one', 0)).toEqual({ sightings: [], whole: false });
});
