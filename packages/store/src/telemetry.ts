/**
 * What the store reports about itself. The host process implements it and turns each call into a log line and metrics; the
 * store itself writes no log and keeps no counters. No call may throw: the store does not catch what an implementation throws.
 */
export interface StoreTelemetry {
  /** The server listens. `folder` is the one that the host named. */
  started(url: string, folder: string): void;
  stopped(): void;
  /** A bulk request was applied: operations accepted and refused, and bytes of its body after decompression. */
  bulkApplied(accepted: number, refused: number, bytes: number): void;
  /** A search was answered. `path` is the index expression of the request, `_all` where it has none. */
  searched(milliseconds: number, path: string): void;
  /** A search ended before it had seen all documents: its own `timeout` came, or its client left. */
  searchEnded(reason: 'timeout' | 'client gone', milliseconds: number, path: string): void;
  /** A request ended with a status of 500 or more. */
  requestFailed(method: string, url: string, error: Error): void;
  /** Documents that retention removed, and why. */
  expired(index: string, documents: number, reason: 'age' | 'size'): void;
  /** A run of retention failed; the next one is a minute later. */
  retentionFailed(error: Error): void;
  /** The data file was copied without its empty pages. Sizes are bytes of the file. */
  compacted(before: number, after: number): void;
  /** Documents in the store and bytes of their sources, after each run of retention. */
  measured(documents: number, bytes: number): void;
}

const ignore = () => {};

/** Telemetry that goes nowhere, for a host that wants none. */
export const silentTelemetry: StoreTelemetry = {
  started: ignore,
  stopped: ignore,
  bulkApplied: ignore,
  searched: ignore,
  searchEnded: ignore,
  requestFailed: ignore,
  expired: ignore,
  retentionFailed: ignore,
  compacted: ignore,
  measured: ignore,
};
