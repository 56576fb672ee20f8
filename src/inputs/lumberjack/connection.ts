import type { Socket } from 'node:net';
import type { LumberjackInputConfig } from '../../config/schema/inputs.ts';
import { LogboomError, messageOf } from '../../errors.ts';
import { Decoder, type ReceivedWindow } from '../../lumberjack/decoder.ts';
import type { Batch, EventBlock, Millis, Origin } from '../../model.ts';
import type { LumberjackTelemetry } from '../../telemetry/components/lumberjack.ts';
import { formatDuration } from '../../util/units.ts';
import { AckQueue, type UnacknowledgedWindow } from './acks.ts';
import type { MemoryBudget, Reader } from './flow.ts';
import { explainHandshakeError } from './tls.ts';

/** Resolves when the batch is on disk; rejects if it is not, and then the sender still owns it. */
export type Deliver = (batch: Batch, block: EventBlock) => Promise<void>;

/** What all connections of one input share. */
export interface Shared {
  config: LumberjackInputConfig;
  deliver: Deliver;
  telemetry: LumberjackTelemetry;
  flow: MemoryBudget;
  now: () => Millis;
  /** 0 up to 1. */
  random: () => number;
}

/**
 * How long a connection that we ended is still read, and what comes thrown away. To close a socket with unread
 * bytes makes the kernel send RST, and an RST can overtake the last ACK on its way.
 */
const linger: Millis = 1_000;

/** One sender: its bytes are decoded, its windows handed on as they come and acknowledged in their order. */
export class Connection implements Reader {
  readonly closed: Promise<void>;
  windowBegan: Millis | undefined;
  readonly #socket: Socket;
  readonly #origin: Origin;
  readonly #shared: Shared;
  readonly #decoder: Decoder;
  readonly #acks: AckQueue;
  #reading = true;
  /** Whether it is we who do not read, and not the sender who does not send. */
  #heldBack = false;
  /** Set once no further window is taken. */
  #ending = false;
  /** Set once the connection is to end with the window that is arriving. */
  #retiring = false;
  #retirement: NodeJS.Timeout | undefined;
  /** Why the connection ends: the first reason is the cause, what follows from it is not told. */
  #reason: string | undefined;
  /** Bytes of the incomplete window that the flow knows of. */
  #held = 0;
  #deadline: NodeJS.Timeout | undefined;

  constructor(socket: Socket, origin: Origin, shared: Shared) {
    this.#socket = socket;
    this.#origin = origin;
    this.#shared = shared;
    this.#decoder = new Decoder(shared.config.limits);
    this.#acks = new AckQueue(socket, shared.telemetry, shared.config.heartbeat);
    this.closed = new Promise((resolve) => socket.once('close', () => resolve(this.#leave())));
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => this.#endOfStream());
    socket.on('drain', () => this.regulate());
    socket.on('error', (error) => this.#fail(error));
    shared.flow.join(this);
    shared.telemetry.connectionOpened(origin);
    this.#retireInTime();
    this.regulate();
  }

  /** Wall time at which the oldest window came that waits for its ACK. */
  get oldestWaiting(): Millis | undefined {
    return this.#acks.oldest;
  }

  /** Takes no further window, acknowledges those in hand, and then closes by FIN. */
  finish(reason?: string): void {
    this.#reason ??= reason;
    this.#ending = true;
    this.#decoder.release();
    this.#account(false);
    this.#settle();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Reads on, or pauses. Called whenever one of the reasons for either may have changed. */
  regulate(): void {
    if (this.#ending) return;
    const { config, flow } = this.#shared;
    const heldBack = this.#acks.owed >= config.maxWindowsInFlight || !flow.mayRead(this);
    const read = !heldBack && !this.#socket.writableNeedDrain;
    if (read !== this.#reading) {
      if (read) this.#socket.resume();
      else this.#socket.pause();
    }
    this.#reading = read;
    if (heldBack !== this.#heldBack) {
      this.#heldBack = heldBack;
      this.#watchWindow(true);
    }
  }

  /** A fifth of the time is left to chance: connections that were opened together do not end together. */
  #retireInTime(): void {
    const { maxConnectionAge } = this.#shared.config;
    if (maxConnectionAge === undefined) return;
    const age = maxConnectionAge * (1 - this.#shared.random() / 5);
    this.#retirement = setTimeout(() => this.#retire(), age).unref();
  }

  /**
   * Ends the connection between two windows: one that is arriving is still taken. A sender that has sent more keeps
   * that, for it gets no ACK, and sends it over its next connection.
   */
  #retire(): void {
    this.#retiring = true;
    if (!this.#decoder.incomplete || this.#heldBack) this.#endForAge();
  }

  #endForAge(): void {
    if (this.#ending) return;
    this.#shared.telemetry.connectionRetired();
    this.finish('it is as old as inputs.lumberjack.maxConnectionAge allows.');
  }

  #receive(chunk: Buffer): void {
    if (this.#ending) return;
    const windows: ReceivedWindow[] = [];
    let failure: unknown;
    try {
      this.#decoder.push(chunk, windows);
    } catch (error) {
      failure = error;
    }
    for (const window of windows) this.#take(window);
    this.#account(windows.length > 0);
    if (failure === undefined && this.#retiring && windows.length > 0) this.#endForAge();
    else if (failure === undefined) this.#settle();
    else this.#refuse(failure);
  }

  /** The windows before the error are good: their ACKs are awaited and written before the connection is closed. */
  #refuse(error: unknown): void {
    const reason = messageOf(error);
    const code = error instanceof LogboomError ? error.code : 'UNEXPECTED';
    this.#shared.telemetry.streamRefused(this.#origin, code, reason);
    this.finish('what came is no valid Lumberjack, as told above.');
  }

  /** The sender may have closed only its own direction, and wait for its ACKs. */
  #endOfStream(): void {
    this.finish(this.#decoder.incomplete ? 'its sender ended it within a window.' : undefined);
  }

  /** A TLS 1.3 client looks at our certificate when our side of the handshake is done: its verdict comes here. */
  #fail(error: NodeJS.ErrnoException): void {
    this.#reason ??= `${messageOf(error)}.`;
    if (error.code?.startsWith('ERR_SSL_'))
      this.#shared.telemetry.handshakeFailed(this.#origin.address, explainHandshakeError(error));
  }

  /** Hands a window on. One of no events has nothing to store: its ACK 0 is due as soon as its turn comes. */
  #take(window: ReceivedWindow): void {
    const { version, count, lastSequence: sequence, payload, block } = window;
    const since = this.#shared.now();
    const waiting: UnacknowledgedWindow = {
      version,
      sequence,
      since,
      fate: count === 0 ? 'stored' : 'in hand',
    };
    this.#acks.add(waiting);
    this.#shared.telemetry.windowReceived(count, payload.length, block.bytes.length);
    if (count > 0) void this.#hand(window, waiting);
  }

  async #hand({ count, payload, block }: ReceivedWindow, waiting: UnacknowledgedWindow): Promise<void> {
    const shared = this.#shared;
    const origin = this.#origin;
    const receivedAt = waiting.since;
    const size = payload.length + block.spans.byteLength + (block.bytes === payload ? 0 : block.bytes.length);
    shared.flow.change(size, 1);
    try {
      await shared.deliver(
        { kind: 'events', origin, receivedAt, encoding: 'lumberjack', count, payload },
        block,
      );
      waiting.fate = 'stored';
    } catch (error) {
      waiting.fate = 'refused';
      shared.telemetry.windowNotStored(origin, error);
      this.finish('a window could not be stored.');
    }
    shared.flow.change(-size, -1);
    this.#settle();
  }

  /**
   * Writes the ACKs that are due, and closes once the last one is written that will ever be. Closing without an
   * ACK is how a sender learns that it keeps a window that could not be stored, and all that it sent after it.
   */
  #settle(): void {
    this.#acks.flush(this.#shared.now());
    if (this.#acks.broken) this.#acks.clear();
    if (this.#ending && this.#acks.owed === 0) this.#close();
    else this.regulate();
  }

  #close(): void {
    if (this.#socket.writableEnded || this.#socket.destroyed) return;
    this.#socket.end();
    this.#socket.resume();
    setTimeout(() => this.#socket.destroy(), linger).unref();
  }

  /** Tells the flow what the incomplete window takes, and watches over it. */
  #account(anotherWindow: boolean): void {
    const { incomplete } = this.#decoder;
    if (!incomplete) this.windowBegan = undefined;
    else if (anotherWindow || this.windowBegan === undefined) this.windowBegan = this.#shared.now();
    this.#watchWindow(anotherWindow);
    const held = incomplete ? this.#decoder.heldBytes : 0;
    const change = held - this.#held;
    this.#held = held;
    this.#shared.flow.change(change);
  }

  /** A window has to be complete within its time, not counting the time in which we hold its sender back. */
  #watchWindow(anew: boolean): void {
    const watched = this.#decoder.incomplete && !this.#heldBack && !this.#ending;
    if (anew || !watched) {
      clearTimeout(this.#deadline);
      this.#deadline = undefined;
    }
    if (watched) this.#deadline ??= setTimeout(() => this.#timeOut(), this.#shared.config.windowTimeout);
  }

  #timeOut(): void {
    const { windowTimeout } = this.#shared.config;
    this.finish(`a window was not complete after ${formatDuration(windowTimeout)} (windowTimeout).`);
  }

  #leave(): void {
    this.#ending = true;
    clearTimeout(this.#retirement);
    this.#acks.clear();
    this.#decoder.release();
    this.#account(false);
    this.#shared.flow.leave(this);
    this.#shared.telemetry.connectionClosed(this.#origin, this.#reason);
  }
}
