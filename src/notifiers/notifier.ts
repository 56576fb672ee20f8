import { type ErrorCode, LogboomError } from '../errors.ts';
import type { Millis, Notification } from '../model.ts';

/** One way to tell people. */
export interface Notifier {
  readonly name: string;
  /** How long one attempt may take, and the age at which a message is no longer worth sending. */
  readonly timeout: Millis;
  readonly giveUpAfter: Millis;
  /** Resolves when the other side has taken the message. Rejects with a `NotifierError`. */
  send(notification: Notification, signal: AbortSignal): Promise<void>;
}

/** Why a message was not taken, whether trying again may help, and how long the other side asked to wait. */
export class NotifierError extends LogboomError {
  readonly retryAfter: Millis | undefined;

  constructor(code: ErrorCode & `NOTIFIER_${string}`, message: string, retryAfter?: Millis) {
    super(code, message);
    this.retryAfter = retryAfter;
  }
}

/** The state as people read it. `recovering` and `pending` are not told, so they have no word of their own. */
export function stateWord(notification: Notification): 'ACTIVE' | 'INACTIVE' | 'NO DATA' {
  const { to } = notification.transition;
  return to === 'active' ? 'ACTIVE' : to === 'no-data' ? 'NO DATA' : 'INACTIVE';
}
