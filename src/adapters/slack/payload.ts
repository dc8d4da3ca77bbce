/** A JSON object of unknown shape, as it came from outside. */
export type Payload = Readonly<Record<string, unknown>>;

/** The value as an object, or `undefined`. */
export function asPayload(value: unknown): Payload | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Payload)
    : undefined;
}

/** A text member that is not empty, or `undefined`. */
export function textOf(payload: Payload | undefined, member: string): string | undefined {
  const value = payload?.[member];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The members of a list that are objects. */
export function listOf(payload: Payload | undefined, member: string): readonly Payload[] {
  const value: unknown = payload?.[member];
  if (!Array.isArray(value)) return [];
  return value.map(asPayload).filter((item) => item !== undefined);
}
