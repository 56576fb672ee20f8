/**
 * All error codes of logboom, and whether a retry may succeed. A message states what happened, where, and the remedy if
 * there is one.
 */
const table = {
  // Lumberjack. A decode error is final: the stream has no marker to resynchronise on.
  LUMBERJACK_PROTOCOL: { retryable: false },
  LUMBERJACK_LIMIT: { retryable: false },
  // Journal
  JOURNAL_CLOSED: { retryable: false },
  JOURNAL_BROKEN: { retryable: false },
  JOURNAL_LOCKED: { retryable: false },
  JOURNAL_VERSION: { retryable: false },
  // Data folder
  DATA_LOCKED: { retryable: false },
  DATA_UNWRITABLE: { retryable: false },
  DATA_VERSION: { retryable: false },
  DATA_DAMAGED: { retryable: false },
  // Configuration and queries
  CONFIG_INVALID: { retryable: false },
  KQL_SYNTAX: { retryable: false },
  RULE_INVALID: { retryable: false },
  // Replaying
  INPUT_UNREADABLE: { retryable: false },
  OUTPUT_UNWRITABLE: { retryable: false },
  FIXTURE_INVALID: { retryable: false },
  NOT_EXPLAINABLE: { retryable: false },
  BUSY: { retryable: true },
  // Listening and connecting
  PORT_IN_USE: { retryable: false },
  API_UNAVAILABLE: { retryable: true },
  // Command line
  USAGE: { retryable: false },
  STOP_TIMEOUT: { retryable: false },
  // Sinks and notifiers
  SINK_CLOSED: { retryable: false },
  SINK_UNAVAILABLE: { retryable: true },
  SINK_REFUSED: { retryable: false },
  KIBANA_UNAVAILABLE: { retryable: true },
  KIBANA_REFUSED: { retryable: false },
  NOTIFIER_UNAVAILABLE: { retryable: true },
  /** The other side will accept messages once the operator has corrected the configuration. */
  NOTIFIER_MISCONFIGURED: { retryable: true },
  NOTIFIER_REFUSED: { retryable: false },
} as const satisfies Record<string, { retryable: boolean }>;

export type ErrorCode = keyof typeof table;

/** An expected failure with a code. Its message is for the operator. `cause` is the underlying error. */
export class LogboomError extends Error {
  readonly code: ErrorCode;
  readonly retryable: boolean;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LogboomError';
    this.code = code;
    this.retryable = table[code].retryable;
  }
}

/** Restores the class of a LogboomError that came from another thread. Returns any other error as it is. */
export function fromThread(thrown: unknown): unknown {
  const { name, code, message } = (thrown ?? {}) as { name?: unknown; code?: unknown; message?: unknown };
  const isOurs = name === 'LogboomError' && typeof code === 'string' && Object.hasOwn(table, code);
  return isOurs ? new LogboomError(code as ErrorCode, String(message), { cause: thrown }) : thrown;
}

/** The message of any thrown value. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
