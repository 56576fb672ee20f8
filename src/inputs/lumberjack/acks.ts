import type { Socket } from 'node:net';
import { encodeAck } from '../../lumberjack/encoder.ts';
import type { Millis } from '../../model.ts';
import type { LumberjackTelemetry } from '../../telemetry/components/lumberjack.ts';

/** A window that its sender waits for. */
export interface UnacknowledgedWindow {
  version: 1 | 2;
  sequence: number;
  since: Millis;
  fate: 'in hand' | 'stored' | 'refused';
}

/**
 * What one connection owes its sender: one ACK a window, in the order in which the windows came. Filebeat takes a
 * second ACK for the next window's, and one too high for a delivery; either would lose events.
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

  get owed(): number {
    return this.#waiting.length;
  }

  get oldest(): Millis | undefined {
    return this.#waiting[0]?.since;
  }

  /** Whether the next window in turn will never be acknowledged, nor any behind it. */
  get broken(): boolean {
    return this.#waiting[0]?.fate === 'refused';
  }

  add(window: UnacknowledgedWindow): void {
    this.#waiting.push(window);
  }

  /** Writes the ACKs that are due, up to the first window that is not on disk. */
  flush(now: Millis): void {
    const pending = this.#waiting.findIndex((window) => window.fate !== 'stored');
    const due = this.#waiting.splice(0, pending === -1 ? this.#waiting.length : pending);
    if (due.length > 0 && this.#socket.writable) {
      this.#socket.write(Buffer.concat(due.map(({ version, sequence }) => encodeAck(version, sequence))));
      for (const { since } of due) this.#telemetry.windowAcknowledged(now - since);
      this.#timer?.refresh();
    }
    this.#beat();
  }

  /** Owes nothing any more: no further ACK and no heartbeat is written. */
  clear(): void {
    this.#waiting = [];
    this.#beat();
  }

  /**
   * Keeps the timer of heartbeats while a window waits for the disk. A sender gives up if it hears nothing for its
   * `timeout` (Filebeat: 30 s), but it listens only for windows that it sent whole: one that still arrives slowly
   * needs no heartbeat, and an idle sender would find it later, in front of an ACK.
   */
  #beat(): void {
    if (this.#waiting.length > 0 && this.#socket.writable)
      this.#timer ??= setInterval(() => this.#sendHeartbeat(), this.#heartbeat);
    else {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }

  /** A peer that does not read its ACKs needs no further ones. */
  #sendHeartbeat(): void {
    const [first] = this.#waiting;
    if (!first || !this.#socket.writable || this.#socket.writableNeedDrain) return;
    this.#socket.write(encodeAck(first.version, 0));
    this.#telemetry.heartbeatSent();
  }
}
