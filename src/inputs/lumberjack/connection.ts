import type { Socket } from 'node:net';
import { LogboomError, messageOf } from '../../errors.ts';
import { Decoder } from '../../lumberjack/decoder.ts';
import type { ReceivedWindow } from '../../lumberjack/received-window.ts';
import type { Millis, Origin } from '../../model.ts';
import { AckQueue, type UnacknowledgedWindow } from './ack-queue.ts';
import { closeGently } from './close-gently.ts';
import { IncompleteWindow } from './incomplete-window.ts';
import { Lifetime } from './lifetime.ts';
import type { BudgetedConnection } from './memory-budget.ts';
import type { Shared } from './shared.ts';
import { explainHandshakeError } from './tls.ts';

const nothing = Buffer.alloc(0);

/**
 * One connection of a sender. It decodes the bytes, delivers each window when it is complete, and acknowledges the windows
 * in order, each when it is on disk. It owns its socket. It pauses the socket while the sender has `maxWindowsInFlight`
 * windows without an ACK, while the memory budget is used up, and while the sender does not read its ACKs.
 */
export class Connection implements BudgetedConnection {
  readonly closed: Promise<void>;
  /** Whether its sender closed it between two windows, after the ACKs of all its windows had been sent. */
  clean = false;
  readonly #socket: Socket;
  readonly #origin: Origin;
  readonly #shared: Shared;
  readonly #decoder: Decoder;
  readonly #acks: AckQueue;
  readonly #incomplete: IncompleteWindow;
  #reading = true;
  /** Whether we do not read, so that the sender cannot be blamed for an incomplete window. */
  #heldBack = false;
  /** Whether received bytes behind a part of a large window wait in the decoder. */
  #unread = false;
  #readingOn = false;
  /** Whether the sender has sent everything, and the end is not dealt with yet. */
  #ended = false;
  /** Set once no further window is accepted. */
  #ending = false;
  /** Set once the connection is to end after the window that is arriving. */
  #retiring = false;
  readonly #lifetime: Lifetime;
  /** Why the connection ends, for the log: the first reason, from which later ones follow. */
  #reason: string | undefined;

  constructor(socket: Socket, origin: Origin, shared: Shared) {
    this.#socket = socket;
    this.#origin = origin;
    this.#shared = shared;
    this.#decoder = new Decoder(shared.config.limits);
    this.#incomplete = new IncompleteWindow(this.#decoder, shared, origin.address, (reason) =>
      this.finish(reason),
    );
    this.#acks = new AckQueue(socket, shared.telemetry, shared.config.heartbeat);
    this.closed = new Promise((resolve) => socket.once('close', () => resolve(this.#onClosed())));
    socket.on('data', (chunk: Buffer) => this.#receive(chunk));
    socket.on('end', () => this.#endOfStream());
    socket.on('drain', () => this.regulate());
    socket.on('error', (error) => this.#onError(error));
    shared.budget.join(this);
    shared.telemetry.connectionOpened(origin);
    const ends = { retire: () => this.#retire(), silent: () => this.finish() };
    this.#lifetime = new Lifetime(shared, origin, ends);
    this.regulate();
  }

  /** Wall time at which the oldest window without an ACK was received. */
  get oldestUnacknowledged(): Millis | undefined {
    return this.#acks.oldest;
  }

  get windowBegan(): Millis | undefined {
    return this.#incomplete.began;
  }

  /** Accepts no further window, acknowledges the delivered ones, and then closes with FIN. `reason` is logged. */
  finish(reason?: string): void {
    this.#reason ??= reason;
    this.#ending = true;
    this.#decoder.release();
    this.#updateIncomplete(false);
    this.#acknowledge();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Resumes or pauses reading. To be called whenever a reason for either may have changed. */
  regulate(): void {
    if (this.#ending) return;
    const { config, budget } = this.#shared;
    const heldBack = this.#acks.owed >= config.maxWindowsInFlight || !budget.mayRead(this);
    const read = !heldBack && !this.#unread && !this.#socket.writableNeedDrain;
    if (read !== this.#reading) {
      if (read) this.#socket.resume();
      else this.#socket.pause();
    }
    this.#reading = read;
    if (heldBack !== this.#heldBack) {
      this.#heldBack = heldBack;
      this.#incomplete.updateTimer(true, this.#mustSend);
    }
    if (!heldBack) this.#readOn();
  }

  /** Whether the timeout of an incomplete window runs. */
  get #mustSend(): boolean {
    return !this.#heldBack && !this.#ending;
  }

  /**
   * Ends the connection between two windows: one that is arriving is still accepted. What the sender has sent beyond it
   * gets no ACK, so the sender sends it again over its next connection.
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

  /**
   * Reads a chunk. Behind each part of a large window it stops until there is room for the next one: the inflated bytes of
   * a window may be a thousand times those that were received.
   */
  #receive(chunk: Buffer): void {
    this.#lifetime.begin();
    if (this.#ending) return;
    const windows: ReceivedWindow[] = [];
    let failure: unknown;
    try {
      this.#unread = this.#decoder.feed(chunk, windows);
    } catch (error) {
      failure = error;
      this.#unread = false;
    }
    if (windows.length > 0) this.#shared.shipped(this.#socket);
    for (const window of windows) this.#accept(window);
    this.#updateIncomplete(windows.length > 0);
    const whole = windows.some(({ continued }) => !continued);
    if (failure === undefined && this.#retiring && whole && !this.#unread) this.#endForAge();
    else if (failure === undefined) this.#acknowledge();
    else this.#refuse(failure);
    if (this.#ended && !this.#unread) this.#endOfStream();
  }

  /** Reads what was received behind a part, in a turn of its own, so that other connections have theirs. */
  #readOn(): void {
    if (!this.#unread || this.#readingOn) return;
    this.#readingOn = true;
    setImmediate(() => {
      this.#readingOn = false;
      if (this.#unread && !this.#heldBack) this.#receive(nothing);
    });
  }

  /** The windows before the error are valid. They are acknowledged before the connection is closed. */
  #refuse(error: unknown): void {
    const reason = messageOf(error);
    const code = error instanceof LogboomError ? error.code : 'UNEXPECTED';
    this.#shared.telemetry.streamRefused(this.#origin, code, reason);
    this.#shared.refused.add(this.#origin.address, reason);
    this.finish('the received bytes are not valid Lumberjack; see the warning before.');
  }

  /** The sender may have closed only its own direction and wait for its ACKs. */
  #endOfStream(): void {
    this.#ended = true;
    if (this.#unread && !this.#ending) return;
    const { incomplete } = this.#decoder;
    this.clean = !this.#ending && !incomplete && this.#acks.owed === 0;
    this.finish(incomplete ? 'its sender ended it within a window.' : undefined);
  }

  /** A TLS 1.3 client checks our certificate after our side of the handshake is done, so it may reject it here. */
  #onError(error: NodeJS.ErrnoException): void {
    this.clean = false;
    // Load balancers that probe the port reset the connection before its first byte.
    if (this.#lifetime.hasBegun) this.#reason ??= `${messageOf(error)}.`;
    if (!error.code?.startsWith('ERR_SSL_')) return;
    const reason = explainHandshakeError(error);
    this.#shared.telemetry.handshakeFailed(this.#origin.address, reason);
    this.#shared.refused.add(this.#origin.address, reason);
  }

  /** Delivers a window. One without events has nothing to store: its ACK 0 is due when its turn comes. */
  #accept(window: ReceivedWindow): void {
    const { version, count, lastSequence: sequence, cut, payload, block } = window;
    const since = this.#shared.now();
    const state = count === 0 ? 'stored' : 'delivered';
    const waiting: UnacknowledgedWindow = { version, sequence, since, state };
    this.#acks.add(waiting);
    this.#shared.telemetry.windowReceived(count, payload.length, block.bytes.length);
    if (cut > 0) this.#shared.telemetry.eventsCut(this.#origin, cut);
    if (count > 0) void this.#deliver(window, waiting);
  }

  async #deliver(window: ReceivedWindow, waiting: UnacknowledgedWindow): Promise<void> {
    const { count, continued, payload, block } = window;
    const shared = this.#shared;
    const origin = continued ? { ...this.#origin, continued } : this.#origin;
    const size = payload.length + block.spans.byteLength + (block.bytes === payload ? 0 : block.bytes.length);
    shared.budget.change(size, 1);
    try {
      await shared.deliver(
        { kind: 'events', origin, receivedAt: waiting.since, encoding: 'lumberjack', count, payload },
        block,
      );
      waiting.state = 'stored';
    } catch (error) {
      waiting.state = 'refused';
      shared.telemetry.windowNotStored(origin, error);
      this.finish('a window could not be stored.');
    }
    shared.budget.change(-size, -1);
    this.#acknowledge();
  }

  /**
   * Writes the ACKs that are due, and closes the connection after the last one. A sender learns from a close without an
   * ACK that it has to send a window again, and all windows after it.
   */
  #acknowledge(): void {
    this.#acks.flush(this.#shared.now());
    if (this.#acks.broken) this.#acks.clear();
    if (this.#ending && this.#acks.owed === 0) closeGently(this.#socket);
    else this.regulate();
  }

  #updateIncomplete(anotherWindow: boolean): void {
    this.#incomplete.update(anotherWindow, this.#shared.now(), this.#mustSend);
  }

  #onClosed(): void {
    this.#ending = true;
    this.#lifetime.end(this.#reason);
    this.#acks.clear();
    this.#decoder.release();
    this.#updateIncomplete(false);
    this.#shared.budget.leave(this);
    this.#shared.telemetry.connectionClosed(this.#origin, this.#reason);
  }
}
