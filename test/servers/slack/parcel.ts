/** Something on its way to the app, whichever way it goes. */
export interface Parcel {
  /** `event_id` or `trigger_id`; deliveries are found by it. */
  readonly id: string;
  readonly kind: 'events_api' | 'slash_commands' | 'interactive';
  /** Type of the inner event, or the kind. */
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
  /** Called with the body of an acknowledgement that came in time. */
  acknowledged?(body: unknown): void;
  /** Called where the person is told that it did not work; such parcels are not tried again by themselves. */
  failed?(failure: 'operation_timeout' | 'dispatch_failed'): void;
}

/** Why an attempt is a retry, in Slack's words. */
export type RetryReason = 'http_timeout' | 'connection_failed' | 'http_error' | 'timeout';

/** One attempt at delivering a parcel. */
export interface Attempt {
  readonly parcel: Parcel;
  /** 0 for the first. */
  readonly number: number;
  readonly reason?: RetryReason;
}
