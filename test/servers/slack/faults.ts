import type { CallArguments } from './records.ts';
import type { Fault } from './types.ts';

/** Calls that are to go wrong. */
export interface Faults {
  add(fault: Fault): void;
  /** The fault that strikes this call, which it then has used up once. */
  take(method: string, args: CallArguments): Fault | undefined;
}

export function createFaults(): Faults {
  const waiting: { readonly fault: Fault; left: number }[] = [];
  return {
    add(fault) {
      waiting.push({ fault, left: fault.times ?? 1 });
    },
    take(method, args) {
      const index = waiting.findIndex(
        ({ fault }) => (fault.method ?? method) === method && (fault.where?.(args) ?? true),
      );
      const found = waiting[index];
      if (!found) return undefined;
      found.left -= 1;
      if (found.left <= 0) waiting.splice(index, 1);
      return found.fault;
    },
  };
}
