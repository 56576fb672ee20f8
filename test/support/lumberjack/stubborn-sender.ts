import { connect, type Socket } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { AckDecoder, encodeWindow } from '../../../src/lumberjack/encoder.ts';
import type { Dice } from '../dice.ts';
import { shuffledKeys } from './shuffled-keys.ts';

export interface StubbornSenderOptions {
  port: number;
  documents: object[];
  dice: Dice;
  /** Most documents of a window. */
  bulk: number;
  /** How long it waits for any ACK before it connects anew. */
  timeout: number;
}

/**
 * Sends until all is acknowledged, as Filebeat does: two windows on the way, and after a lost connection all that has
 * no ACK again: encoded anew, cut anew, and sometimes overtaken by what comes after it.
 */
export async function sendStubbornly(options: StubbornSenderOptions): Promise<{ connections: number }> {
  let queue = options.documents;
  let connections = 0;
  while (queue.length > 0) {
    connections += 1;
    const lost = await new Session(options, queue).run();
    const next = options.dice() < 0.5 ? 0 : options.bulk;
    queue = [...lost.rest.slice(0, next), ...lost.inFlight, ...lost.rest.slice(next)];
    if (queue.length > 0) await after(20 + options.dice() * 80);
  }
  return { connections };
}

/** One connection, for as long as it lasts. */
class Session {
  readonly #options: StubbornSenderOptions;
  readonly #socket: Socket;
  readonly #inFlight: object[][] = [];
  readonly #rest: object[];
  readonly #acks = new AckDecoder();

  constructor(options: StubbornSenderOptions, queue: object[]) {
    this.#options = options;
    this.#rest = [...queue];
    this.#socket = connect({ host: '127.0.0.1', port: options.port });
    this.#socket.setTimeout(options.timeout, () => this.#socket.destroy());
    this.#socket.on('error', () => undefined);
    this.#socket.once('connect', () => this.#fill());
    this.#socket.on('data', (chunk: Buffer) => {
      for (const { sequence } of this.#acks.push(chunk)) this.#acknowledge(sequence);
      this.#fill();
    });
  }

  /** Answers, when it is over, what was on its way and what was not sent yet. */
  async run(): Promise<{ inFlight: object[]; rest: object[] }> {
    await new Promise((resolve) => this.#socket.once('close', resolve));
    return { inFlight: this.#inFlight.flat(), rest: this.#rest };
  }

  #acknowledge(sequence: number): void {
    if (sequence > 0 && sequence === this.#inFlight[0]?.length) this.#inFlight.shift();
  }

  #fill(): void {
    const { dice, bulk } = this.#options;
    while (this.#inFlight.length < 2 && this.#rest.length > 0) {
      const window = this.#rest.splice(0, 1 + Math.floor(dice() * bulk));
      this.#inFlight.push(window);
      const documents = window.map((document) => JSON.stringify(shuffledKeys(document, dice)));
      this.#socket.write(encodeWindow(documents, { compressionLevel: dice() < 0.5 ? 0 : 3 }));
    }
    if (this.#inFlight.length === 0) this.#socket.end();
  }
}
