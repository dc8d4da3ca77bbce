import type { Indicator, Page, PageView, ReplySurface, Rung, Scope } from '../../src/core/ports.ts';

/** A call that a surface got; the test lets it succeed or fail, unless the surface answers by itself. */
export interface SurfaceCall {
  readonly kind: 'open' | 'grow' | 'close';
  readonly text: string;
  readonly rung: string;
  readonly at: number;
  readonly attempt: number;
  readonly key: string;
  succeed(): void;
  fail(error: unknown): void;
}

/** Options of {@link createFakeSurface}. */
export interface FakeSurfaceOptions {
  readonly limit?: number;
  readonly growth?: Rung['growth'];
  readonly scopes?: readonly Scope[];
  readonly lifetimeMs?: number;
  /** All rungs, in place of those that the other options describe. */
  readonly rungs?: readonly Rung[];
  /** More rungs after the first. */
  readonly more?: readonly Rung[];
  readonly indicator?: Indicator;
  /** True: every call succeeds at once. */
  readonly automatic?: boolean;
  now?(): number;
}

/** A surface that records what it is told, and what people would see. */
export interface FakeSurface extends ReplySurface {
  readonly calls: readonly SurfaceCall[];
  /** Text of each page as it is visible. */
  readonly pages: readonly string[];
}

/** A rung without limits of its own, for tests. */
export function createRung(
  name: string,
  growth: Rung['growth'],
  limit = 2_000,
  scopes: readonly Scope[] = [],
): Rung {
  return {
    name,
    growth,
    limit,
    width: (text) => text.length,
    scopes: { open: scopes, grow: scopes, close: scopes },
  };
}

/** Creates a fake surface. */
export function createFakeSurface(options: FakeSurfaceOptions = {}): FakeSurface {
  const { growth = 'replace', limit, scopes, more = [], automatic = false, now = () => 0 } = options;
  const lifetime = options.lifetimeMs === undefined ? {} : { lifetimeMs: options.lifetimeMs };
  const first = {
    ...createRung(growth === 'append' ? 'stream' : 'message', growth, limit, scopes),
    ...lifetime,
  };
  const rungs = options.rungs ?? [first, ...more];
  const calls: SurfaceCall[] = [];
  const pages: string[] = [];

  function called<Result>(
    call: Omit<SurfaceCall, 'succeed' | 'fail' | 'at'>,
    act: () => Result,
  ): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    let answered = false;
    const succeed = () => {
      if (!answered) resolve(act());
      answered = true;
    };
    calls.push({ ...call, at: now(), succeed, fail: reject });
    if (automatic) calls.at(-1)!.succeed();
    return promise;
  }

  function show(page: Page, view: PageView): void {
    const rung = rungs.find(({ name }) => name === page.rung);
    const index = Number(page.id);
    pages[index] = rung?.growth === 'append' ? pages[index] + view.text.slice(view.shown.length) : view.text;
  }

  return {
    rungs,
    calls,
    pages,
    ...(options.indicator === undefined ? {} : { indicator: options.indicator }),
    open: (rung, { text }, { key, attempt }) =>
      called({ kind: 'open', text, rung: rung.name, key, attempt }, () => {
        pages.push(text);
        return { id: String(pages.length - 1), rung: rung.name };
      }),
    grow: (page, view) =>
      called({ kind: 'grow', text: view.text, rung: page.rung, key: '', attempt: 1 }, () => show(page, view)),
    close: (page, view) =>
      called({ kind: 'close', text: view.text, rung: page.rung, key: '', attempt: 1 }, () =>
        show(page, view),
      ),
  };
}
