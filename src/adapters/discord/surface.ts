import type { Indicator, Meter, Page, PageView, ReplySurface, Rung } from '../../core/ports.ts';
import type { DiscordAddress } from './address.ts';
import { createOutlet, type OutletOptions } from './outlet.ts';
import { globalScope, typingScope } from './scopes.ts';
import { showTables } from './tables.ts';
import type { Typing } from './typing.ts';

/** What surfaces need. */
export interface SurfaceOptions extends OutletOptions {
  readonly typing: Typing;
}

/**
 * Discord allows 2000 characters and does not say whether it counts code points or UTF-16 units. Units are
 * never fewer, so counting them is safe either way.
 */
const shape = { growth: 'replace', limit: 2000, width: (text: string) => text.length } as const;

/**
 * Writes one reply on Discord: as messages, or as the answer to an interaction. Either has one rung for all of its
 * time, whose limits are those of the messages once the interaction's token has had its time.
 */
export function createSurface(address: DiscordAddress, options: SurfaceOptions, meter?: Meter): ReplySurface {
  const { data } = address;
  const outlet = createOutlet(address, options, meter);
  const { place } = outlet;

  const rung: Rung = {
    ...shape,
    name: data.mode === 'interaction' ? 'interaction' : 'message',
    get scopes() {
      const edits = outlet.editing();
      return { open: outlet.opening(), grow: edits, close: edits };
    },
  };

  async function write(page: Page, view: PageView): Promise<void> {
    await outlet.edit(page.id, { text: showTables(view.text, shape.limit) });
  }

  return {
    rungs: [rung],
    async open({ name }, view, { index, key, attempt }) {
      const text = showTables(view.text, shape.limit);
      const { id } = await outlet.open({ text }, { index, key, attempt, kind: 'page' });
      return { id, rung: name };
    },
    grow: write,
    close: write,
    ...(outlet.preparation === undefined ? {} : { preparation: outlet.preparation }),
    ...(data.mode === 'interaction' ? {} : { indicator: createIndicator() }),
  };

  function createIndicator(): Indicator {
    return {
      // It fades after 10 seconds.
      renewMs: 8000,
      get scopes() {
        return [typingScope(place.channel), globalScope];
      },
      async show() {
        await place.ready();
        await options.typing(place.channel);
      },
    };
  }
}
