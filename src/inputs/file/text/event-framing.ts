import type { Message } from '../../event-writer.ts';
import type { Multiline } from '../../multiline/multiline.ts';
import { type ContainerFormat, type ContainerLine, containerLine } from './container.ts';
import type { TextForm } from './encoding.ts';
import type { Framing, MessageSink } from './framing.ts';
import { endOfText, newlineAt } from './lines.ts';
import { type Piece, StreamLines } from './stream-lines.ts';

interface EventFramingOptions {
  form: TextForm;
  container?: ContainerFormat | undefined;
  multiline?: Multiline | undefined;
  /** A line that should be a container runtime's and is not. */
  onForeignLine?: () => void;
}

/**
 * Messages of several lines, and lines of containers. The lines of stdout and stderr may lie between one another, so a
 * message that is complete may have lines of an incomplete one before and within it. It is then kept back until
 * the incomplete one is complete: the position never has to point between two messages that overlap.
 */
export class EventFraming implements Framing {
  readonly #options: EventFramingOptions;
  #streams = new Map<string, StreamLines>();
  #ready: Message[] = [];
  /** Where the last line ends of those that are ready. */
  #readyEnd = 0;

  constructor(options: EventFramingOptions) {
    this.#options = options;
  }

  consume(bytes: Buffer, base: number, sink: MessageSink, force: boolean): number {
    this.#forget();
    const { form } = this.#options;
    let at = 0;
    let done = 0;
    while (!sink.isFull) {
      const newline = newlineAt(bytes, at, form.newline);
      if (newline === -1) {
        if (force) done = this.#closeAll(sink, at);
        break;
      }
      const end = newline + form.newline.width;
      this.#takeLine(bytes.subarray(at, endOfText(bytes, at, newline, form.newline)), base + at, base + end);
      at = end;
      done = this.#handOver(sink, base + at, base + done) - base;
    }
    this.#forget();
    return done;
  }

  #forget(): void {
    this.#streams = new Map();
    this.#ready = [];
    this.#readyEnd = 0;
  }

  #takeLine(raw: Buffer, start: number, end: number): void {
    const { form, container } = this.#options;
    const text = form.toUtf8 === undefined ? raw : form.toUtf8(raw);
    const line = container === undefined ? undefined : containerLine(text, container);
    if (container !== undefined && line === undefined) this.#options.onForeignLine?.();
    const { partial, ...piece } = line ?? ({ text, partial: false } satisfies ContainerLine);
    const complete = this.#stream(line?.stream ?? '').take({ ...piece, start, end }, partial);
    this.#makeReady(complete);
  }

  #stream(name: string): StreamLines {
    let stream = this.#streams.get(name);
    if (!stream) {
      stream = new StreamLines(this.#options.multiline);
      this.#streams.set(name, stream);
    }
    return stream;
  }

  #makeReady(events: readonly Piece[][]): void {
    for (const pieces of events) {
      this.#ready.push(messageOf(pieces, this.#options.multiline?.maxLines));
      this.#readyEnd = Math.max(this.#readyEnd, pieces.at(-1)!.end);
    }
  }

  /** Hands over what is ready where no incomplete message reaches into it. Returns the new position, or the one before. */
  #handOver(sink: MessageSink, at: number, before: number): number {
    let safe = at;
    for (const stream of this.#streams.values()) safe = Math.min(safe, stream.openSince);
    if (this.#readyEnd > safe) return before;
    for (const message of this.#ready) sink.take(message);
    this.#ready = [];
    return safe;
  }

  #closeAll(sink: MessageSink, at: number): number {
    for (const stream of this.#streams.values()) this.#makeReady(stream.close());
    for (const message of this.#ready) sink.take(message);
    return at;
  }
}

const NEWLINE = Buffer.from('\n');

function messageOf(pieces: readonly Piece[], maxLines = Number.POSITIVE_INFINITY): Message {
  const [first] = pieces as [Piece];
  const kept = pieces.slice(0, maxLines);
  const bytes =
    kept.length === 1
      ? first.text
      : Buffer.concat(kept.flatMap(({ text }, i) => (i === 0 ? [text] : [NEWLINE, text])));
  const flags = [
    ...(kept.length > 1 ? ['multiline'] : []),
    ...(pieces.length > kept.length ? ['truncated'] : []),
  ];
  const { time, stream, start } = first;
  return {
    ...{ bytes, from: 0, to: bytes.length, offset: start },
    ...(flags.length > 0 && { flags }),
    ...(time !== undefined && { time }),
    ...(stream !== undefined && { stream }),
  };
}
