import type { Line } from './line.ts';
import type { PlatformName } from './rows.ts';

/** Mean lag over mentions at once, one panel for each platform, as an SVG. Empty where no line is plotted. */
export function toPicture(lines: readonly Line[]): string {
  const plotted = lines.filter(({ row }) => row.plotted !== undefined);
  const panels = (['slack', 'discord'] as const).map((platform, index) => {
    const own = plotted.filter(({ row }) => row.platform === platform);
    return `<g transform="translate(${60 + index * (width + 70)} 40)">${toPanel(platform, own)}</g>`;
  });
  const [totalWidth, totalHeight] = [2 * width + 150, height + 110];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${totalWidth} ${totalHeight}" font-family="sans-serif" font-size="13">`,
    `<rect width="${totalWidth}" height="${totalHeight}" fill="#fff"/>`,
    ...panels,
    `</svg>\n`,
  ].join('\n');
}

interface Curve {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly (readonly [count: number, lag: number])[];
  readonly dashed?: boolean;
}

function toPanel(platform: PlatformName, lines: readonly Line[]): string {
  const curve = (
    name: string,
    colour: string,
    of: readonly Line[],
    lagOf: (line: Line) => number,
  ): Curve => ({
    name,
    colour,
    points: of.map((line) => [line.row.plotted ?? 1, lagOf(line)] as const).sort(([a], [b]) => a - b),
  });
  const parley = lines.filter(({ bot }) => bot === 'parley');
  const editor = lines.filter(({ bot }) => bot === 'once-a-second');
  const curves: Curve[] = [
    curve('an edit a second', '#d1495b', editor, ({ summary }) => summary.meanLag),
    curve('Parley', '#00798c', parley, ({ summary }) => summary.meanLag),
    { ...curve('bound', '#777', parley, ({ bound }) => bound.meanLag), dashed: true },
  ];
  return [
    `<text y="-16" font-size="15" font-weight="bold">${platform === 'slack' ? 'Slack' : 'Discord'}</text>`,
    ...lagTicks.map((lag) => {
      const y = yOf(lag);
      return `<path d="M0 ${y}H${width}" stroke="#ddd"/><text x="-8" y="${y + 4}" text-anchor="end">${lag}</text>`;
    }),
    ...countTicks.map((count) => {
      const x = xOf(count);
      return `<path d="M${x} 0V${height}" stroke="#eee"/><text x="${x}" y="${height + 20}" text-anchor="middle">${count}</text>`;
    }),
    `<text x="${width / 2}" y="${height + 42}" text-anchor="middle">mentions at once</text>`,
    `<text transform="translate(-42 ${height / 2}) rotate(-90)" text-anchor="middle">mean lag of a letter, seconds</text>`,
    ...curves.map(toPath),
    ...curves.map(({ name, colour }, index) => {
      const y = 18 + index * 20;
      return `<path d="M14 ${y - 4}h22" stroke="${colour}" stroke-width="2.5"/><text x="44" y="${y}">${name}</text>`;
    }),
  ].join('\n');
}

function toPath({ colour, points, dashed }: Curve): string {
  const places = points.map(([count, lag]) => `${xOf(count)} ${yOf(lag)}`);
  if (places.length === 0) return '';
  const line = `<path d="M${places.join('L')}" fill="none" stroke="${colour}" stroke-width="2.5"${dashed ? ' stroke-dasharray="6 4"' : ''}/>`;
  const dots = points.map(
    ([count, lag]) => `<circle cx="${xOf(count)}" cy="${yOf(lag)}" r="3.5" fill="${colour}"/>`,
  );
  return [line, ...dots].join('');
}

/** Both axes are logarithmic. */
function xOf(count: number): number {
  return round(((Math.log(count) - Math.log(1)) / (Math.log(300) - Math.log(1))) * (width - 20) + 10);
}

function yOf(lag: number): number {
  const [least, most] = [Math.log(lagTicks[0]!), Math.log(lagTicks.at(-1)!)];
  return round(height - ((Math.log(lag) - least) / (most - least)) * height);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const [width, height] = [400, 320];
const lagTicks = [0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];
const countTicks = [1, 5, 20, 100, 300];
