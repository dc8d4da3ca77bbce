const units: readonly (readonly [milliseconds: number, singular: string])[] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
];

/** A duration as people say it, rounded up: `1 second`, `20 seconds`, `2 minutes`. */
export function toWords(milliseconds: number): string {
  // From one and a half of a unit on the unit is used: 80 seconds stay seconds, 90 become 2 minutes.
  const [size, name] = units.find(([unit]) => milliseconds >= unit * 1.5) ?? [1000, 'second'];
  const count = Math.max(1, Math.ceil(milliseconds / size));
  return `${count} ${name}${count === 1 ? '' : 's'}`;
}
