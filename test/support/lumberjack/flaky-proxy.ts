import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { Decoder } from '../../../src/lumberjack/decoder.ts';
import { AckDecoder } from '../../../src/lumberjack/encoder.ts';
import { defaultLimits } from '../../../src/lumberjack/frames.ts';
import type { Dice } from '../dice.ts';

/** What can happen to a connection. */
export const faults = ['cut', 'deafen', 'abandon', 'stall', 'none'] as const;
export type Fault = (typeof faults)[number];

export interface FlakyProxyOptions {
  /** Port of the server on this machine. */
  target: number;
  dice: Dice;
  /** The sender's bytes after which the fault of a connection strikes: up to so many. */
  within: number;
  /** How long a stall lasts, and a dead connection looks alive to one of its ends. */
  patience: number;
}

export interface FlakyProxy {
  readonly port: number;
  /** How often each fault struck. */
  readonly struck: Record<Fault, number>;
  /** ACKs that a server must never send, in words. */
  readonly violations: string[];
  /** ACKs that the server sent, and those among them that the sender never got. */
  readonly acks: { sent: number; dropped: number };
  /** From now on nothing happens to connections any more. */
  calm(): void;
  close(): Promise<void>;
}

/**
 * A bad network between a sender and a server of Lumberjack. It looks into both directions: each window is to get one
 * ACK, of its own last sequence, in its turn.
 */
export async function startFlakyProxy(options: FlakyProxyOptions): Promise<FlakyProxy> {
  const state = {
    struck: { cut: 0, deafen: 0, abandon: 0, stall: 0, none: 0 },
    violations: [] as string[],
    acks: { sent: 0, dropped: 0 },
    calm: false,
    deck: [] as Fault[],
  };
  const links = new Set<Link>();
  const proxy = createServer({ allowHalfOpen: true }, (sender) => {
    const link = new Link(sender, options, state);
    links.add(link);
    void link.closed.then(() => links.delete(link));
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    port: (proxy.address() as { port: number }).port,
    struck: state.struck,
    violations: state.violations,
    acks: state.acks,
    calm: () => {
      state.calm = true;
    },
    close: async () => {
      for (const link of links) link.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

type State = Pick<FlakyProxy, 'struck' | 'violations' | 'acks'> & { calm: boolean; deck: Fault[] };

class Link {
  readonly closed: Promise<unknown>;
  readonly #sender: Socket;
  readonly #server: Socket;
  readonly #options: FlakyProxyOptions;
  readonly #state: State;
  #fault: Fault = 'none';
  /** In pieces of a few bytes. */
  readonly #split: boolean;
  /** Bytes until the fault strikes. */
  #left = 0;
  #deaf = false;
  #abandoned = false;
  readonly #windows = new Decoder(defaultLimits);
  readonly #acks = new AckDecoder();
  /** Sequences of windows that the server has, and has not acknowledged. */
  readonly #owed: number[] = [];
  #forwarding: Promise<void> = Promise.resolve();

  constructor(sender: Socket, options: FlakyProxyOptions, state: State) {
    this.#sender = sender;
    this.#options = options;
    this.#state = state;
    this.#server = connect({ host: '127.0.0.1', port: options.target, allowHalfOpen: true });
    const { dice } = options;
    this.#split = dice() < 0.3;
    this.#draw();
    for (const socket of [sender, this.#server]) socket.setNoDelay(true).on('error', () => undefined);
    sender.on('data', (chunk: Buffer) => this.#inTurn(() => this.#toServer(chunk)));
    sender.on('end', () => this.#inTurn(async () => void (this.#abandoned || this.#server.end())));
    sender.on('close', () => this.#inTurn(async () => void (this.#abandoned || this.#server.destroy())));
    this.#server.on('data', (chunk: Buffer) => this.#toSender(chunk));
    this.#server.on('end', () => sender.end());
    this.#server.on('close', () => sender.destroy());
    this.closed = new Promise((resolve) => this.#server.once('close', resolve));
  }

  destroy(): void {
    this.#sender.destroy();
    this.#server.destroy();
  }

  #draw(): void {
    const { dice, within } = this.#options;
    this.#fault = this.#state.calm ? 'none' : this.#next();
    this.#left = Math.floor(dice() * within);
  }

  /** Each fault has its turn, in no order, before any comes again. */
  #next(): Fault {
    const { deck } = this.#state;
    if (deck.length === 0) deck.push(...faults.filter((fault) => fault !== 'none'));
    return deck.splice(Math.floor(this.#options.dice() * deck.length), 1)[0]!;
  }

  #inTurn(work: () => Promise<void>): void {
    this.#sender.pause();
    this.#forwarding = this.#forwarding.then(work).then(() => void this.#sender.resume());
  }

  async #toServer(chunk: Buffer): Promise<void> {
    const strikes = this.#fault !== 'none' && !this.#deaf && chunk.length > this.#left;
    const before = strikes ? chunk.subarray(0, this.#left) : chunk;
    this.#left -= chunk.length;
    await this.#write(before);
    if (!strikes || this.#abandoned) return this.#write(chunk.subarray(before.length));
    this.#state.struck[this.#fault] += 1;
    await this.#strike(chunk.subarray(before.length));
  }

  async #strike(rest: Buffer): Promise<void> {
    const { patience } = this.#options;
    if (this.#fault === 'cut') return this.destroy();
    if (this.#fault === 'stall') {
      await after(this.#options.dice() * patience);
      this.#draw();
    }
    if (this.#fault === 'deafen') {
      this.#deaf = true;
      void after(patience).then(() => this.#sender.resetAndDestroy());
    }
    if (this.#fault === 'abandon') {
      // The sender connects anew, and what it had sent before comes out of the old connection late.
      this.#abandoned = true;
      this.#sender.resetAndDestroy();
      await after(this.#options.dice() * patience);
      void after(2 * patience).then(() => this.#server.destroy());
    }
    await this.#write(rest);
  }

  async #write(chunk: Buffer): Promise<void> {
    const size = this.#split ? 1 + Math.floor(this.#options.dice() * 3_000) : chunk.length;
    for (let at = 0; at < chunk.length && !this.#server.destroyed; at += size) {
      const piece = chunk.subarray(at, at + size);
      for (const { lastSequence } of this.#windows.push(piece)) this.#owed.push(lastSequence);
      if (!this.#server.write(piece)) await new Promise<void>((resolve) => this.#whenWritable(resolve));
      if (this.#split) await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }

  #whenWritable(resolve: () => void): void {
    this.#server.once('drain', resolve);
    this.#server.once('close', resolve);
  }

  #toSender(chunk: Buffer): void {
    for (const { sequence } of this.#acks.push(chunk)) if (sequence > 0) this.#judge(sequence);
    if (!this.#deaf && this.#sender.writable) this.#sender.write(chunk);
  }

  #judge(sequence: number): void {
    this.#state.acks.sent += 1;
    if (this.#deaf || !this.#sender.writable) this.#state.acks.dropped += 1;
    const owed = this.#owed.shift();
    if (owed === sequence) return;
    const due = owed === undefined ? 'none was due' : `${owed} was due`;
    this.#state.violations.push(`an ACK of ${sequence} came where ${due}`);
  }
}
