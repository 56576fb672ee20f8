/**
 * Every failure that logboom can name, in one table: code, message, and whether trying again may help.
 * A message says what happened and, where there is one, the remedy.
 */
const table = {
  // Lumberjack. A decode error is final: the stream has no marker to find the way back.
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
  /** The other side will take messages once the operator has mended something. */
  NOTIFIER_MISCONFIGURED: { retryable: true },
  NOTIFIER_REFUSED: { retryable: false },
} as const satisfies Record<string, { retryable: boolean }>;

export type ErrorCode = keyof typeof table;

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

/** An error that came from another thread has lost its class: one of ours is made anew, any other one stays. */
export function fromThread(thrown: unknown): unknown {
  const { name, code, message } = (thrown ?? {}) as { name?: unknown; code?: unknown; message?: unknown };
  const isOurs = name === 'LogboomError' && typeof code === 'string' && Object.hasOwn(table, code);
  return isOurs ? new LogboomError(code as ErrorCode, String(message), { cause: thrown }) : thrown;
}

/** The message of whatever was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
