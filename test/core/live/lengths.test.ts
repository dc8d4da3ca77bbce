import { expect, it } from 'vitest';
import { createLengths } from '../../../src/core/live/lengths.ts';

it('guesses, then learns from replies that ended', () => {
  const lengths = createLengths();
  expect(lengths.remaining(0)).toBe(1_500);
  for (let reply = 0; reply < 20; reply++) lengths.observe(4_000, 5_000);
  expect(lengths.remaining(0)).toBeCloseTo(4_000, -2);
  expect(lengths.remaining(3_000)).toBeCloseTo(1_000, -2);
});

it('expects more of a reply that outgrew all others', () => {
  const lengths = createLengths();
  for (let reply = 0; reply < 20; reply++) lengths.observe(1_000, 5_000);
  expect(lengths.remaining(10_000)).toBe(5_000);
});

it('expects the end of one that is a little longer than the longest of many', () => {
  const lengths = createLengths();
  for (let reply = 0; reply < 20; reply++) lengths.observe(1_000 + reply, 5_000);
  expect(lengths.remaining(1_022)).toBeLessThan(20);
  expect(lengths.likely(1_022).slice(0, 4)).toEqual([0, 0, 0, 0]);
  const varied = createLengths();
  for (let reply = 0; reply < 20; reply++) varied.observe(1_000 + reply * 3, 5_000);
  expect(varied.remaining(1_080)).toBeLessThan(20);
});

it('expects of one that is longer than any before it about as much more as lengths differ, and as it is longer', () => {
  const lengths = createLengths();
  for (const length of [400, 500, 600, 700, 800]) lengths.observe(length, 5_000);
  expect(lengths.remaining(810)).toBeGreaterThan(50);
  expect(lengths.remaining(810)).toBeLessThan(200);
  expect(lengths.remaining(1_200)).toBeCloseTo(400, -1);
  expect(lengths.remaining(3_000)).toBe(1_500);
});

it('forgets replies of long ago', () => {
  const lengths = createLengths();
  for (let reply = 0; reply < 100; reply++) lengths.observe(8_000, 5_000);
  for (let reply = 0; reply < 100; reply++) lengths.observe(400, 5_000);
  expect(lengths.remaining(0)).toBeLessThan(500);
});

it('learns the pace of a model', () => {
  const lengths = createLengths();
  for (let reply = 0; reply < 20; reply++) lengths.observe(1_000, 20_000);
  expect(lengths.pace).toBeCloseTo(0.05, 2);
  lengths.observe(10, 1);
  expect(lengths.pace).toBeCloseTo(0.05, 2);
});

it('is the less sure of an end, the more the lengths of replies differ', () => {
  const regular = createLengths();
  expect(regular.least(0)).toBe(0);
  for (let reply = 0; reply < 10; reply++) regular.observe(1_000 + reply, 1_000);
  expect(regular.least(0)).toBeGreaterThan(970);
  expect(regular.least(900)).toBeGreaterThan(70);
  expect(regular.least(6_000)).toBe(0);
  const mixed = createLengths();
  for (const length of [300, 1_000, 5_000]) mixed.observe(length, 1_000);
  expect(mixed.least(0)).toBeLessThan(150);
  expect(mixed.least(400)).toBe(0);
});

it('tells what a reply gets at least if it is like nearly all before it', () => {
  const lengths = createLengths();
  for (const length of [300, 1_000, 5_000]) lengths.observe(length, 1_000);
  expect(lengths.usualLeast(0)).toBeCloseTo(297, 0);
  expect(lengths.usualLeast(400)).toBeCloseTo(590, 0);
  expect(lengths.usualLeast(299)).toBe(0);
  expect(lengths.usualLeast(6_000)).toBe(lengths.remaining(6_000));
});

it('tells how differently replies go on', () => {
  const lengths = createLengths();
  expect(lengths.likely(0)).toEqual(Array(5).fill(1_500));
  for (const length of [100, 200, 300, 400, 500, 600, 700, 800, 900, 6_000]) lengths.observe(length, 5_000);
  const likely = lengths.likely(50);
  expect(likely).toEqual(likely.toSorted((a, b) => a - b));
  expect(likely[0]).toBeLessThan(200);
  expect(likely[2]).toBeLessThan(600);
  expect(likely[4]).toBeGreaterThan(800);
  // Only those that were longer still count.
  expect(Math.min(...lengths.likely(850))).toBeGreaterThan(0);
});
