import type { ParsersConfig } from '../config/schema/parsers.ts';
import type { TimeConfig } from '../config/schema/time.ts';
import {
  Additions,
  ByteWriter,
  EventView,
  type FieldPath,
  fieldPath,
  metadataPath,
  namePattern,
  Splicer,
} from '../events/index.ts';
import type { BatchFacts, EventBlock, FieldValue, LogEvent, Millis, StoredAs } from '../model.ts';
import type { ParsingTelemetry } from '../telemetry/components/parsing.ts';
import { isPresent } from '../util/levels.ts';
import { type FormatChooser, FormatChoosers, SentNames } from './choose.ts';
import { type DocumentChanges, type StreamFields, tagsOf, writeDocument } from './document.ts';
import { Enrichment } from './enrich/enrichment.ts';
import { EventTime, formatTime, type TimeSource } from './event-time.ts';
import type { FormatChoice } from './line-parser.ts';
import { RepeatedHours } from './repeated-hours.ts';

export interface ReaderOptions {
  parsers: ParsersConfig;
  /** Without `maxAhead`, no event is ahead. */
  time: Pick<TimeConfig, 'zone'> & Partial<Pick<TimeConfig, 'maxAhead'>>;
  telemetry?: ParsingTelemetry;
  /** Where the document of an event is stored. Undefined: not known. */
  locate?: (event: ReadEvent) => StoredAs;
  /** What is done with each event after it is parsed. */
  processors?: EventProcessors | undefined;
}

/** Processors as an event reader sees them. */
interface EventProcessors {
  /** The cursor at which they change events. */
  eventFor(options: ReaderOptions): ReadEvent;
  /** Processes the event at which the cursor stands. Returns false where it is left out. */
  process(event: ReadEvent): boolean;
}

/** Fields that logboom itself adds to an event. */
const derived = new Set(['@timestamp', 'event.created', 'tags']);

/**
 * The event at which an event reader stands: a cursor over a block. Each piece of work is done when it is first asked for.
 * Parsed fields take precedence over fields that the sender sent. A document and a field value are copies and stay valid
 * when the cursor moves.
 */
export class ReadEvent implements LogEvent {
  index = -1;
  readonly view = new EventView();
  readonly additions = new Additions();
  readonly splicer = new Splicer();
  readonly options: ReaderOptions;
  batch: BatchFacts = { origin: { input: '', connection: '', address: '' }, receivedAt: 0 };
  readonly #choosers: FormatChoosers;
  #chooser: FormatChooser;
  #choice: FormatChoice | undefined;
  readonly #sent = new SentNames(this.view);
  readonly #text = new ByteWriter();
  readonly eventTime: EventTime;
  /** Where the configuration adds something to events. */
  readonly enrichment: Enrichment | undefined;
  /** What processors changed in the document. */
  readonly changes: DocumentChanges | undefined = undefined;
  /** A field of the sender or of the line. */
  readonly own = (field: string): FieldValue => this.choice().format?.get(field) ?? this.view.get(field);

  constructor(options: ReaderOptions) {
    this.options = options;
    this.eventTime = new EventTime(options, this, new RepeatedHours());
    this.enrichment = Enrichment.of(options.parsers.enrich, options.telemetry);
    this.#choosers = new FormatChoosers(options.parsers);
    this.#chooser = this.#choosers.for(options.time.zone);
  }

  open(block: EventBlock, batch: BatchFacts): void {
    this.batch = batch;
    this.view.open(block);
    this.#chooser = this.#choosers.for(batch.origin.zone ?? this.options.time.zone);
    this.index = -1;
  }

  moveTo(index: number): void {
    this.index = index;
    this.view.read(index);
    this.#choice = undefined;
    this.#sent.forget();
    this.eventTime.forget();
  }

  get problem(): string | undefined {
    return this.view.problem;
  }

  get message(): string {
    const message = this.view.get('message');
    return typeof message === 'string' ? message : '';
  }

  get time(): Millis {
    return this.eventTime.time;
  }

  /** The time that the event states. It differs from `time` where the event is ahead. */
  get statedTime(): Millis {
    return this.eventTime.stated;
  }

  get isAhead(): boolean {
    return this.eventTime.isAhead;
  }

  get timeSource(): TimeSource {
    return this.eventTime.from;
  }

  get receivedAt(): Millis {
    return this.batch.receivedAt;
  }

  /** The sender's name for the log, such as `nginx.access`; `generic` if it names none. */
  get dataset(): string {
    return this.#sent.dataset() ?? 'generic';
  }

  get source(): string {
    return this.#sent.source(this.batch.origin.connection);
  }

  /** Why the line is not in the format that was declared or recognised, in words. */
  get parseFailure(): string | undefined {
    const choice = this.choice();
    return choice.failure ?? choice.format?.failure();
  }

  get(field: string): FieldValue {
    if (this.problem !== undefined) return undefined;
    if (field === '@timestamp') return formatTime(this.time);
    if (field === 'event.created') {
      if (this.isAhead) return formatTime(this.statedTime);
      if (this.timeSource === 'line') return this.view.get('@timestamp');
    }
    const parsed = this.choice().format?.get(field);
    if (field === 'tags') return tagsOf([this.view.get('tags'), parsed, this.failureTags()]);
    return parsed ?? this.view.get(field) ?? this.enrichment?.get(field, this.own);
  }

  has(field: string): boolean {
    return this.hasAt(fieldPath(field));
  }

  hasAt(path: FieldPath): boolean {
    if (this.view.hasAt(path)) return true;
    if (derived.has(path.name)) return isPresent(this.get(path.name));
    if (this.choice().format?.has(path.name)) return true;
    return this.enrichment?.has(path.name, this.own) ?? false;
  }

  names(pattern: string): string[] {
    const names = new Set(this.view.names(pattern).filter((name) => !name.startsWith('@metadata')));
    const wanted = namePattern(pattern);
    for (const name of this.choice().format?.names() ?? []) if (wanted.test(name)) names.add(name);
    for (const name of this.enrichment?.names(this.own) ?? []) if (wanted.test(name)) names.add(name);
    return [...names];
  }

  get storedAs(): StoredAs | undefined {
    return this.options.locate?.(this);
  }

  /** A field of `@metadata`, which is not part of the document: `beat`, `_id`, `pipeline`. */
  metadata(name: string): FieldValue {
    return this.view.getAt(metadataPath(name));
  }

  /** The bytes as they were received. */
  raw(): Buffer {
    return this.view.raw();
  }

  /** Writes the document for Elasticsearch: see `writeDocument`. */
  writeTo(out: ByteWriter, stream?: StreamFields): void {
    writeDocument(this, out, stream);
  }

  /** The document as text. */
  document(stream?: StreamFields): string {
    this.#text.at = 0;
    this.writeTo(this.#text, stream);
    return this.#text.toString();
  }

  choice(): FormatChoice {
    if (this.#choice !== undefined) return this.#choice;
    const { receivedAt, origin } = this.batch;
    this.#choice = this.#chooser.choose(this.view, receivedAt, this.#sent.dataset, origin.parser);
    return this.#choice;
  }

  /** Tags for failures of the parser and of the time, and for a time that is ahead. */
  failureTags(): string[] {
    const tags: string[] = [];
    if (this.parseFailure !== undefined) tags.push('_parsefailure');
    if (this.timeSource === 'receipt') tags.push('_timestampfailure');
    if (this.isAhead) tags.push('_timestamp_ahead');
    return tags;
  }
}

/**
 * Reads the events of one batch after the other, in order. It returns the same `ReadEvent` for each event, so an event is
 * valid only until the next call. Broken events are returned too, with their `problem`.
 */
export class EventReader {
  readonly #event: ReadEvent;
  readonly #processors: EventProcessors | undefined;
  #count = 0;

  constructor(options: ReaderOptions) {
    this.#processors = options.processors;
    this.#event = this.#processors?.eventFor(options) ?? new ReadEvent(options);
  }

  /** What is remembered from one batch to the next. A checkpoint holds it. */
  get repeatedHours(): RepeatedHours {
    return this.#event.eventTime.repeated;
  }

  /** Begins a batch. The block's bytes must not change while its events are read. */
  open(block: EventBlock, batch: BatchFacts): void {
    this.#event.open(block, batch);
    this.#count = block.count;
  }

  /** The next event that processors do not leave out; undefined after the last one. */
  next(): ReadEvent | undefined {
    while (this.#event.index + 1 < this.#count) {
      this.#event.moveTo(this.#event.index + 1);
      if (this.#processors?.process(this.#event) ?? true) return this.#event;
    }
    return undefined;
  }
}
