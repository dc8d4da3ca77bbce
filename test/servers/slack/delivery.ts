/** Bringing parcels to the app: which way, what came back, and Slack's retries. */
import type { Ground } from './ground.ts';
import type { Attempt, Parcel, RetryReason } from './parcel.ts';
import type { Delivery } from './records.ts';

/** One way to the app: Socket Mode, or signed posts. */
export interface Carrier {
  readonly transport: 'socket' | 'http';
  /** Sends once the app can be reached; each attempt is settled exactly once. */
  carry(attempt: Attempt, record: OpenDelivery): void;
}

/** A delivery whose outcome is not known yet. */
export type OpenDelivery = { -readonly [Key in keyof Delivery]: Delivery[Key] };

/** What came of an attempt. */
export type Outcome =
  | { readonly kind: 'acknowledged'; readonly body: unknown; readonly status?: number }
  | { readonly kind: 'late' }
  | {
      readonly kind: 'failed';
      readonly reason: RetryReason;
      readonly status?: number;
      /** The app asked not to be tried again. */
      readonly final?: boolean;
    };

export interface DeliveryDesk {
  readonly deliveries: readonly Delivery[];
  send(parcel: Parcel): void;
  redeliver(id: string): void;
  settle(attempt: Attempt, record: OpenDelivery, outcome: Outcome): void;
}

/** `pick` tells which way is in use at the moment of sending. */
export function createDeliveryDesk(
  ground: Pick<Ground, 'now' | 'changed'>,
  pick: () => Carrier,
): DeliveryDesk {
  const deliveries: OpenDelivery[] = [];
  const sent = new Map<string, Attempt>();

  function dispatch(attempt: Attempt): void {
    const { parcel, number } = attempt;
    const carrier = pick();
    const { transport } = carrier;
    const record = { id: parcel.id, type: parcel.type, transport, attempt: number, at: ground.now() };
    sent.set(parcel.id, attempt);
    deliveries.push(record);
    carrier.carry(attempt, record);
    ground.changed();
  }

  return {
    deliveries,
    send(parcel) {
      queueMicrotask(() => dispatch({ parcel, number: 0 }));
    },
    redeliver(id) {
      const last = sent.get(id);
      if (!last) throw new Error(`Nothing with the id ${id} was sent.`);
      dispatch({ parcel: last.parcel, number: last.number + 1, reason: last.reason ?? 'http_timeout' });
    },
    settle(attempt, record, outcome) {
      const { parcel, number } = attempt;
      if (outcome.kind === 'late') record.ackedAt = ground.now();
      else {
        record.inTime = outcome.kind === 'acknowledged';
        if (outcome.status !== undefined) record.status = outcome.status;
      }
      if (outcome.kind === 'acknowledged') {
        record.ackedAt = ground.now();
        parcel.acknowledged?.(outcome.body);
      } else if (outcome.kind === 'failed') {
        const timedOut = outcome.reason === 'http_timeout' || outcome.reason === 'timeout';
        parcel.failed?.(timedOut ? 'operation_timeout' : 'dispatch_failed');
        // Slack tries an event again at once; its later retries, minutes apart, are the test's to trigger.
        const again = parcel.kind === 'events_api' && number === 0 && !outcome.final;
        if (again) dispatch({ parcel, number: 1, reason: outcome.reason });
      }
      ground.changed();
    },
  };
}
