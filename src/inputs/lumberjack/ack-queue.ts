import type { Socket } from 'node:net';
import { encodeAck } from '../../lumberjack/encoder.ts';
import type { Millis } from '../../model.ts';
import type { LumberjackTelemetry } from '../../telemetry/components/lumberjack.ts';

/** A received window whose ACK is not written yet. */
export interface UnacknowledgedWindow {
  version: 1 | 2;
  /** Sequence number of its last event, which the ACK carries. */
  sequence: number;
  /** Wall time at which its last byte was received. */
  since: Millis;
  state: 'delivered' | 'stored' | 'refused';
}

/**
 * The ACKs that one connection owes its sender: exactly one for each window, in the order of arrival, none before the
 * window is on disk. Filebeat takes a second ACK for that of the next window, and a number that is too high for an
 * acknowledgement of more events; either would lose events.
 */
export class AckQueue {
  #waiting: UnacknowledgedWindow[] = [];
  #timer: NodeJS.Timeout | undefined;
  readonly #socket: Socket;
  readonly #telemetry: LumberjackTelemetry;
  readonly #heartbeat: Millis;

  constructor(socket: Socket, telemetry: LumberjackTelemetry, heartbeat: Millis) {
    this.#socket = socket;
    this.#telemetry = telemetry;
    this.#heartbeat = heartbeat;
  }

  /** Number of windows without an ACK. */
  get owed(): number {
    return this.#waiting.length;
  }

  /** Wall time at which the oldest of them was received. */
  get oldest(): Millis | undefined {
    return this.#waiting[0]?.since;
  }

  /** Whether the first window was refused: neither it nor any window after it will be acknowledged. */
  get broken(): boolean {
    return this.#waiting[0]?.state === 'refused';
  }

  add(window: UnacknowledgedWindow): void {
    this.#waiting.push(window);
  }

  /** Writes the ACKs of all windows before the first one that is not on disk. */
  flush(now: Millis): void {
    const pending = this.#waiting.findIndex((window) => window.state !== 'stored');
    const due = this.#waiting.splice(0, pending === -1 ? this.#waiting.length : pending);
    if (due.length > 0 && this.#socket.writable) {
      this.#socket.write(Buffer.concat(due.map(({ version, sequence }) => encodeAck(version, sequence))));
      for (const { since } of due) this.#telemetry.windowAcknowledged(now - since);
      this.#timer?.refresh();
    }
    this.#updateHeartbeat();
  }

  /** Drops all windows: no further ACK and no heartbeat is written. */
  clear(): void {
    this.#waiting = [];
    this.#updateHeartbeat();
  }

  /**
   * Runs the heartbeat timer while a window waits for the disk. A sender gives up after its `timeout` without an ACK
   * (Filebeat: 30 s), but only for windows that it has sent completely. While a window is still arriving no heartbeat is
   * sent: an idle sender would read it later, before the ACK of another window.
   */
  #updateHeartbeat(): void {
    if (this.#waiting.length > 0 && this.#socket.writable)
      this.#timer ??= setInterval(() => this.#sendHeartbeat(), this.#heartbeat);
    else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  /** Sends nothing to a peer that does not read its ACKs. */
  #sendHeartbeat(): void {
    const [first] = this.#waiting;
    if (!first || !this.#socket.writable || this.#socket.writableNeedDrain) return;
    this.#socket.write(encodeAck(first.version, 0));
    this.#telemetry.heartbeatSent();
  }
}
