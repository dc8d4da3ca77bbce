import type { CardMessage, CardSurface, CardView } from '../../src/core/picture-ports.ts';
import type { Scope } from '../../src/core/ports.ts';

/** A call that a card surface got. */
export interface CardCall {
  readonly kind: 'open' | 'replace';
  readonly view: CardView;
  readonly attempt: number;
  readonly beside: boolean;
  succeed(): void;
  fail(error: unknown): void;
}

/** A card surface that records what it is told. */
export interface FakeCardSurface extends CardSurface {
  readonly calls: readonly CardCall[];
  /** What people see; absent before it is posted. */
  readonly shown: CardView | undefined;
}

/** Creates one. `automatic`: every call succeeds at once. */
export function createFakeCardSurface(
  options: { readonly automatic?: boolean; readonly scopes?: readonly Scope[] } = {},
): FakeCardSurface {
  const { automatic = false, scopes = [] } = options;
  const calls: CardCall[] = [];
  let shown: CardView | undefined;

  function called<Result>(call: Omit<CardCall, 'succeed' | 'fail'>, result: Result): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const succeed = () => {
      shown = call.view;
      resolve(result);
    };
    calls.push({ ...call, succeed, fail: reject });
    if (automatic) succeed();
    return promise;
  }

  return {
    calls,
    get shown() {
      return shown;
    },
    scopes: () => scopes,
    open: (view, { attempt, beside }) =>
      called<CardMessage>({ kind: 'open', view, attempt, beside }, { id: 'card' }),
    replace: (_message, view) =>
      called<void>({ kind: 'replace', view, attempt: 1, beside: false }, undefined),
  };
}
