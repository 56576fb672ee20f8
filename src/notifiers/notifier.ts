import type { Logger } from 'pino';
import type { z } from 'zod';
import { type ErrorCode, LogboomError } from '../errors.ts';
import type { Millis, Notification } from '../model.ts';

/** What a notifier knows about one attempt to deliver one notification. */
export interface Attempt {
  /** Aborts at the timeout of the attempt, or when the notifier stops. */
  signal: AbortSignal;
  /** What `Receipt.thread` was for the first delivered notification of the episode. */
  thread?: string | undefined;
  /** Recipients that earlier attempts at this notification reached (`NotifierError.reached`). */
  reached: readonly string[];
}

/** The peer has accepted a notification. */
export interface Receipt {
  /** The words of the peer, for `logboom notify test`. */
  answer: string;
  /** Identifies the first message of an episode, so that later ones answer it. Kept on disk until the episode ends. */
  thread?: string | undefined;
  /** Recipients that the peer refused for good, and why. The notification counts as delivered to the others. */
  refused?: string | undefined;
}

/** Tells a peer about open alerts again, where the peer forgets those that are not repeated. */
interface Refresh {
  every: Millis;
  /** `open`: the last delivered notification of each open episode. */
  send(open: readonly Notification[], signal: AbortSignal): Promise<void>;
}

/** One kind's way to deliver notifications, with its settings applied. */
export interface Handler {
  /**
   * Resolves when the peer has accepted the notification, and rejects with a `NotifierError`. It may be called again with the
   * same notification; the `id` of the notification is the idempotency key.
   */
  send(notification: Notification, attempt: Attempt): Promise<Receipt>;
  readonly refresh?: Refresh;
  /** Delivers several at once, where that is cheaper. Rejects where one is not accepted; others may have been then. */
  sendAll?(notifications: readonly Notification[], signal: AbortSignal): Promise<void>;
  /**
   * Asks the peer, without a message, whether it would take one, for `logboom check --online`. Resolves with what the peer
   * answered; rejects with a `NotifierError`. Without it only the address is tried.
   */
  verify?(signal: AbortSignal): Promise<string>;
  /** Ends what stays open between calls, such as connections. */
  close?(): Promise<void>;
  /** Delivers a notification marked as a test and leaves nothing open at the peer. Default: `send`. */
  test?(notification: Notification, attempt: Attempt): Promise<Receipt>;
}

/** A configured notifier: a handler with the limits of its delivery. */
export interface Notifier extends Handler {
  readonly name: string;
  /** Timeout of one attempt, and the age at which a notification is dropped. */
  readonly timeout: Millis;
  readonly giveUpAfter: Millis;
  /** The largest number of messages in a time. */
  readonly rateLimit?: { messages: number; per: Millis } | undefined;
}

/** What a handler may use beside its own settings. */
export interface NotifierContext {
  name: string;
  log: Pick<Logger, 'warn' | 'info'>;
  /** Addresses of each group of people. */
  people: Readonly<Record<string, readonly string[]>>;
}

/** Reports a setting that cannot work, with the remedy. `setting` is a path within the notifier. */
export type Report = (
  setting: string | readonly (string | number)[],
  message: string,
  remedy: string,
) => void;

/** The parts of the configuration that a kind may refer to. */
export interface References {
  people: NotifierContext['people'];
  /** Fields by which rules group, and `labels.` with the labels of rules. */
  fields: readonly string[];
}

/**
 * Everything that is particular to one kind of notifier. Each kind has one file in `kinds/` and one line in the table
 * `kinds/index.ts`; the rest of logboom knows no kinds.
 */
export interface NotifierKind<Config> {
  /** Reports what no single setting shows, such as two settings that exclude each other. */
  check?(config: Config, report: Report, references: References): void;
  create(config: Config, context: NotifierContext): Handler;
}

type Schema = z.ZodObject<{ kind: z.ZodLiteral<string> }>;

/** Joins a kind with the schema of its settings. The schema has the name of the kind as the literal `kind`. */
export function defineKind<S extends Schema>(kind: NotifierKind<z.infer<S>> & { readonly schema: S }) {
  return kind;
}

interface ErrorDetails {
  /** The pause that the peer asked for. */
  retryAfter?: Millis | undefined;
  /** Recipients that were reached all the same; the next attempt leaves them out. */
  reached?: readonly string[];
}

/** Why a notification was not accepted. `retryable` says whether another attempt may succeed. */
export class NotifierError extends LogboomError {
  readonly retryAfter: Millis | undefined;
  readonly reached: readonly string[];

  constructor(code: ErrorCode & `NOTIFIER_${string}`, message: string, details: ErrorDetails = {}) {
    super(code, message);
    this.retryAfter = details.retryAfter;
    this.reached = details.reached ?? [];
  }
}
