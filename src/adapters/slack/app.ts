import { App, type ReceiverEvent } from '@slack/bolt';
import type { Logger } from '../../core/ports.ts';
import { within } from '../../core/within.ts';
import { asPayload } from './payload.ts';

/** Bolt's app, which here never rejects and remembers what it is busy with. */
export class SlackApp extends App {
  #log: Logger | undefined;
  readonly #busy = new Set<Promise<unknown>>();

  /** Where faults of single events go. */
  reportTo(log: Logger): void {
    this.#log = log;
    this.error(async (error) => log.error('a listener of Slack failed', { error }));
  }

  /**
   * Handles one event. Bolt acknowledges an event before it is handled, and drops it where that fails. We
   * acknowledge once it is taken, so that Slack repeats what a crash loses, or after two of the three seconds that
   * Slack waits; and go on where it fails: an event that Slack repeats is recognised, one that is lost is not.
   */
  override async processEvent(event: ReceiverEvent): Promise<void> {
    const acknowledge: ReceiverEvent['ack'] = async (response) => {
      await event.ack(response).catch((error: unknown) => {
        this.#log?.warn('an event of Slack could not be acknowledged', { error });
      });
    };
    // Commands and buttons are acknowledged by their listeners: people see that.
    const acknowledgedHere = asPayload(event.body)?.event !== undefined;
    const ack = acknowledgedHere ? async () => undefined : acknowledge;
    const work = super.processEvent({ ...event, ack }).catch((error: unknown) => {
      this.#log?.error('an event of Slack could not be handled', { error });
    });
    const acknowledged = acknowledgedHere ? within(work, acknowledgeMs).then(() => acknowledge()) : undefined;
    const handled = Promise.all([work, acknowledged]);
    this.#busy.add(handled);
    await handled;
    this.#busy.delete(handled);
  }

  /** Resolves once all events that came so far are handled. */
  async settled(): Promise<void> {
    await Promise.all(this.#busy);
  }
}

const acknowledgeMs = 2_000;
