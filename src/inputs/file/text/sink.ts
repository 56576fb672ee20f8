import { RE2JS } from 're2js';
import { type ConstantFields, EventWriter, type Message } from '../../event-writer.ts';
import type { Outlet } from '../../outlet.ts';
import type { MessageSink } from './framing.ts';

/** Which messages are kept: those that match one of `include`, where there is any, and none of `exclude`. */
export class MessageFilter {
  readonly #include: RE2JS[];
  readonly #exclude: RE2JS[];

  constructor(include: readonly string[], exclude: readonly string[]) {
    this.#include = include.map((pattern) => RE2JS.compile(pattern));
    this.#exclude = exclude.map((pattern) => RE2JS.compile(pattern));
  }

  keeps({ bytes, from, to }: Message): boolean {
    if (this.#include.length === 0 && this.#exclude.length === 0) return true;
    const text = bytes.toString('utf8', from, to);
    const matches = (pattern: RE2JS) => pattern.matcher(text).find();
    return (this.#include.length === 0 || this.#include.some(matches)) && !this.#exclude.some(matches);
  }
}

/** What became of the messages of one input since the start. */
export interface MessageCounts {
  bytes: number;
  events: number;
  excluded: number;
  truncated: number;
  /** Lines that should be a container runtime's and are not. */
  foreign: number;
}

interface FileSinkOptions {
  outlet: Outlet;
  filter: MessageFilter;
  counts: MessageCounts;
  /** Bytes of a message; what is beyond is cut off. */
  maxMessage: number;
  now: () => number;
}

/** Writes a file's messages into the outlet, except those that are empty or excluded. */
export class FileSink implements MessageSink {
  constant: ConstantFields = { afterOffset: Buffer.alloc(0) };
  readonly #options: FileSinkOptions;
  readonly #writer = new EventWriter();
  #isUtf8 = false;

  constructor(options: FileSinkOptions) {
    this.#options = options;
  }

  get isFull(): boolean {
    return this.#options.outlet.builder.isFull;
  }

  /** Before the messages of a read. `isUtf8`: whether their bytes are known to be UTF-8. */
  begin(isUtf8: boolean): void {
    this.#isUtf8 = isUtf8;
    this.#writer.setTime(new Date(this.#options.now()).toISOString());
  }

  take(message: Message): void {
    if (message.to <= message.from) return;
    const { outlet, filter, counts, maxMessage } = this.#options;
    if (!filter.keeps(message)) {
      counts.excluded += 1;
      return;
    }
    const fitting = message.to - message.from <= maxMessage ? message : this.#cut(message);
    if (this.#isUtf8) this.#writer.writeUtf8(outlet.builder, this.constant, fitting);
    else this.#writer.write(outlet.builder, this.constant, fitting);
    counts.events += 1;
  }

  /** The cut lies between two characters: a byte that continues one is left out with its beginning. */
  #cut(message: Message): Message {
    const { counts, maxMessage } = this.#options;
    const { bytes, from, flags = [] } = message;
    let to = from + maxMessage;
    while (to > from && (bytes[to]! & 0xc0) === 0x80) to -= 1;
    counts.truncated += 1;
    return { ...message, to, flags: flags.includes('truncated') ? flags : [...flags, 'truncated'] };
  }
}
