// Ships lines as Filebeat does: in windows, two under way at once, each kept until it is acknowledged.
import { setTimeout as after } from 'node:timers/promises';
import { connect } from '../../dist/generator/client.js';

export class Sender {
  acknowledged = 0;
  /** Lines that were sent again, and those of them that the journal had already although nobody had said so. */
  resent = 0;
  kept = 0;
  #traffic;
  #options;
  #unacknowledged = [];
  #client;
  #attached = false;
  #running = Promise.resolve();
  #ended = false;
  #lastMade = false;

  /** `rate`: lines a second. */
  constructor(traffic, options) {
    this.#traffic = traffic;
    this.#options = { window: 50, pipelining: 2, rate: 1_000, ...options };
  }

  /** Begins to send to a port, what was not acknowledged first; tries until it is heard. */
  attach(port) {
    this.#attached = true;
    this.#running = this.#run(port);
  }

  /** Cuts the connection; what is not acknowledged is kept. */
  async detach() {
    this.#attached = false;
    this.#client?.close();
    await this.#running;
  }

  /** Sends the last line, and resolves when everything is acknowledged. */
  async end() {
    this.#ended = true;
    await this.#running;
  }

  /** Counts what will be sent again although the journal has it: `has` tells whether it holds a line's number. */
  countKept(has) {
    for (const { first, lines } of this.#unacknowledged) if (has(first)) this.kept += lines.length;
  }

  async #run(port) {
    while (this.#attached && !(this.#ended && this.#isDone)) {
      try {
        this.#client = await connect({ host: '127.0.0.1', port, pipelining: this.#options.pipelining });
        if (this.#attached) await this.#ship(this.#client);
      } catch {
        await after(20);
      } finally {
        this.#client?.close();
      }
    }
  }

  get #isDone() {
    return this.#lastMade && this.#unacknowledged.length === 0;
  }

  async #ship(client) {
    const { pipelining, window, rate } = this.#options;
    const again = [...this.#unacknowledged];
    this.resent += again.filter(({ wasSent }) => wasSent).reduce((sum, { lines }) => sum + lines.length, 0);
    const underWay = new Set();
    let failure;
    while (this.#attached && failure === undefined && !(this.#ended && this.#isDone)) {
      const next = again.shift() ?? (this.#lastMade ? undefined : this.#make(window));
      if (next) {
        const sent = this.#send(client, next)
          .catch((error) => {
            failure = error;
          })
          .finally(() => underWay.delete(sent));
        underWay.add(sent);
      }
      await after(next ? (1000 * next.lines.length) / rate : 5);
      while (underWay.size >= pipelining && failure === undefined) await Promise.race(underWay);
    }
    await Promise.all(underWay);
    if (failure) throw failure;
  }

  #make(count) {
    const first = this.#traffic.sent;
    const lines = this.#ended ? this.#traffic.last() : this.#traffic.take(count);
    this.#lastMade = this.#ended;
    const made = { first, lines, wasSent: false };
    this.#unacknowledged.push(made);
    return made;
  }

  async #send(client, window) {
    window.wasSent = true;
    await client.send(window.lines);
    this.acknowledged += window.lines.length;
    this.#unacknowledged.splice(this.#unacknowledged.indexOf(window), 1);
  }
}
