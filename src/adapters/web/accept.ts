/**
 * The media type that an `Accept` header likes best among those offered; `undefined` where it takes none of them.
 * Without a header the first that is offered; so for a tie.
 */
export function chooseType<Type extends string>(
  header: string | undefined,
  offered: readonly Type[],
): Type | undefined {
  if (header === undefined || header.trim() === '') return offered[0];
  const ranges = header.split(',').map(toRange);
  let best: Type | undefined;
  let highest = 0;
  for (const type of offered) {
    const quality = qualityOf(type, ranges);
    if (quality <= highest) continue;
    best = type;
    highest = quality;
  }
  return best;
}

interface Range {
  readonly type: string;
  readonly quality: number;
}

function toRange(text: string): Range {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const quality = parameters.find((parameter) => /^q\s*=/.test(parameter))?.replace(/^q\s*=\s*/, '');
  const number = quality === undefined ? 1 : Number(quality);
  return { type, quality: number >= 0 && number <= 1 ? number : 0 };
}

/** What is named exactly is liked a little better than what a wildcard takes. */
function qualityOf(type: string, ranges: readonly Range[]): number {
  const family = `${type.split('/', 1)[0]}/*`;
  for (const [name, share] of [
    [type, 1],
    [family, 0.9999],
    ['*/*', 0.9998],
  ] as const) {
    const range = ranges.find((candidate) => candidate.type === name);
    if (range !== undefined) return range.quality * share;
  }
  return 0;
}
