import type { Millis } from '../../../model.ts';
import { constantFields, type JsonObject } from '../../event-writer.ts';
import { createMultiline, type Multiline, type MultilineSettings } from '../../multiline/multiline.ts';
import type { Outlet } from '../../outlet.ts';
import type { FileState } from '../file-state.ts';
import { ChunkReader } from './chunk-reader.ts';
import type { ContainerFormat } from './container.ts';
import { type TextForm, textForm } from './encoding.ts';
import { EventFraming } from './event-framing.ts';
import { type Framing, PlainLines } from './framing.ts';
import { FileSink, type MessageCounts, MessageFilter } from './sink.ts';

/** What a file needs while it is open. */
export interface Reading {
  chunks: ChunkReader;
  maxMessage: number;
  /** Bytes at the head that are no text. */
  markLength: number;
  /** Sets the fields that its events carry of the file. */
  describe(state: FileState): void;
}

interface ReadingSettings {
  encoding: string;
  container?: ContainerFormat | undefined;
  multiline?: MultilineSettings | undefined;
  include: readonly string[];
  exclude: readonly string[];
  maxMessage: number;
}

interface ReadingOptions {
  settings: ReadingSettings;
  outlet: Outlet;
  /** Fields of all events of the input. */
  fields: JsonObject;
  counts: MessageCounts;
  now: () => number;
}

/** A container runtime that cut a line writes its rest at once. */
const containerTimeout: Millis = 5_000;

/** Makes what the reading of a file takes, from the settings of its input. */
export class ReadingFactory {
  /** After so long an incomplete event is complete; undefined where each line is an event. */
  readonly eventTimeout: Millis | undefined;
  readonly #multiline: Multiline | undefined;
  readonly #options: ReadingOptions;
  readonly #filter: MessageFilter;

  constructor(options: ReadingOptions) {
    this.#options = options;
    const { multiline, include, exclude } = options.settings;
    this.#multiline = multiline && createMultiline(multiline);
    const ofContainer = options.settings.container === undefined ? undefined : containerTimeout;
    this.eventTimeout = multiline?.timeout ?? ofContainer;
    this.#filter = new MessageFilter(include, exclude);
  }

  create(key: string, state: FileState, head: Buffer): Reading {
    const { settings, outlet, counts, now } = this.#options;
    const { maxMessage } = settings;
    const form = textForm(settings.encoding, head);
    const sink = new FileSink({ outlet, filter: this.#filter, counts, maxMessage, now });
    const chunks = new ChunkReader({
      ...{ state, form, sink, maxMessage },
      framing: this.#framing(form),
      // A copy: the state moves on while the batch waits for its turn.
      moved: (bytes) => {
        counts.bytes += bytes;
        outlet.builder.note(key, { ...state });
      },
      room: () => outlet.room(),
      closed: () => outlet.closed,
    });
    const describe = (to: FileState) => {
      sink.constant = constantFields(this.#fieldsOf(to));
    };
    describe(state);
    return { chunks, maxMessage, markLength: form.markLength, describe };
  }

  #framing(form: TextForm): Framing {
    const { settings, counts } = this.#options;
    const multiline = this.#multiline;
    if (settings.container === undefined && multiline === undefined) return new PlainLines(form);
    const onForeignLine = () => {
      counts.foreign += 1;
    };
    return new EventFraming({ form, container: settings.container, multiline, onForeignLine });
  }

  #fieldsOf({ path, device, inode, fingerprint }: FileState): JsonObject {
    const { fields } = this.#options;
    const hash = fingerprint.length > 0 ? { fingerprint: fingerprint.hash } : {};
    const file = { path, device_id: device, inode, ...hash };
    return { ...fields, log: { ...(fields.log as JsonObject | undefined), file } };
  }
}
