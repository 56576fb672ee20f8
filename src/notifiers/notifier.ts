import { type ErrorCode, LogboomError } from '../errors.ts';
import type { Millis, Notification } from '../model.ts';

/** A configured way to deliver notifications. `send` may be called again with the same notification. */
export interface Notifier {
  readonly name: string;
  /** Timeout of one attempt, and the age at which a notification is dropped. */
  readonly timeout: Millis;
  readonly giveUpAfter: Millis;
  /** Resolves when the peer has accepted the notification. Rejects with a `NotifierError`. */
  send(notification: Notification, signal: AbortSignal): Promise<void>;
}

/** Why a notification was not accepted. `retryable` says whether another attempt may succeed; `retryAfter` is the pause that the peer asked for. */
export class NotifierError extends LogboomError {
  readonly retryAfter: Millis | undefined;

  constructor(code: ErrorCode & `NOTIFIER_${string}`, message: string, retryAfter?: Millis) {
    super(code, message);
    this.retryAfter = retryAfter;
  }
}

/** The state in a notification. `recovering` and `pending` cause no notifications, so they have no word. */
export function stateWord(notification: Notification): 'ACTIVE' | 'INACTIVE' | 'NO DATA' {
  const { to } = notification.transition;
  return to === 'active' ? 'ACTIVE' : to === 'no-data' ? 'NO DATA' : 'INACTIVE';
}
