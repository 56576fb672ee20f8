import type { Additions, EventView } from '../events/index.ts';
import type { FieldValue, Millis } from '../model.ts';
import type { FieldTable } from './field-table.ts';
import { Line, LineFields } from './line-fields.ts';

/**
 * A format of log lines, as a cursor: `open` moves it to the line of the event that `view` shows. It does as little as
 * possible until something is asked for. What it returns stays valid when it moves on. Most formats are a `LineParser`, of which
 * `ParsedLine` makes a `LineFormat`.
 */
export interface LineFormat {
  /** Its name in the configuration. */
  readonly name: string;
  /** The format in words, to follow "a line of". */
  readonly words: string;
  /** Returns false if the line does not begin like this format. */
  open(view: EventView, receivedAt: Millis): boolean;
  /** The time in the line; NaN if there is none. A line that is cut off after its time still has it. */
  time(): Millis;
  /** The zone in which `time` was read, where the line states none and it is not UTC. */
  localZone(): string | undefined;
  /** Why the line, although it begins like this format, could not be read to its end, in words. What was read before is kept. */
  failure(): string | undefined;
  /** A parsed field; undefined if the line does not have it. */
  get(field: string): FieldValue;
  /** Whether the line has a value of the field, or of one below it. Null is no value. */
  has(field: string): boolean;
  /** Whether the line may have keys in this top-level object that are no values, as lists and empty objects of JSON. */
  mayHold(object: string): boolean;
  /** Names of the fields that the line has. */
  names(): Iterable<string>;
  /** Adds the parsed fields to a document. */
  addTo(additions: Additions): void;
}

/** The format of a line, or why there is none. */
export interface FormatChoice {
  /** The format that reads the line; undefined if the line stays as it is. */
  format: LineFormat | undefined;
  /** Why the line is not in the format that was declared for it, in words. */
  failure: string | undefined;
}

/**
 * A parser of one log format, as its author writes it: it finds where fields are in a line. How to add one is described in
 * CONTRIBUTING.md. `ParsedLine` makes a `LineFormat` of it.
 */
export interface LineParser {
  /** Its name in the configuration. */
  readonly name: string;
  /** The format in words, to follow "a line of". */
  readonly words: string;
  readonly fields: FieldTable;
  /** Whether `auto` tries the format on the lines of all datasets. Then `recognise` must be strict. */
  readonly isRecognised: boolean;
  /** Datasets whose lines are in this format, by the sender's name, such as `nginx.access`. */
  readonly datasets: readonly string[];
  /**
   * Recognises the line and sets `fields.time`, and `fields.localZone` where the line states no zone. Returns false if the line does not begin like this format. It is called for each
   * event, also where no field is needed, so it reads no more than it must.
   */
  recognise(line: Line, fields: LineFields): boolean;
  /**
   * Finds the fields of a line that was recognised. Returns why the rest of the line could not be read, in words; the fields that were
   * found before are kept. It is called at most once for a line, when the first field is needed.
   */
  parse(line: Line, fields: LineFields): string | undefined;
  /** Reads usual lines before they are JSON, for files that are replayed. */
  readonly plain?: PlainParser;
}

/**
 * Reads lines as they lie in a file: nothing is escaped. It finds the same as the parser does in the JSON text of the line, or declines a
 * line by returning false; then the line is read as JSON. Spans hold nothing that a decoder of JSON would change.
 */
export interface PlainParser {
  /** Recognises a line and sets `fields.time`. It never recognises what `LineParser.recognise` does not. */
  recognise(line: Line, fields: LineFields): boolean;
  /** Finds the field of the slot, and others if it likes; without a slot, all. It may be called again for another slot. */
  parse(line: Line, fields: LineFields, slot: number | undefined): boolean;
}

/** The line of the current event, read by a parser. */
export class ParsedLine implements LineFormat {
  readonly name: string;
  readonly words: string;
  readonly #parser: LineParser;
  readonly #line = new Line();
  readonly #plainLine = new Line();
  readonly #fields: LineFields;
  /** Set while the line is read as it lies in a file. */
  #plainView: EventView | undefined;
  #isParsed = false;
  #failure: string | undefined;

  constructor(parser: LineParser) {
    this.name = parser.name;
    this.words = parser.words;
    this.#parser = parser;
    this.#fields = new LineFields(parser.fields);
  }

  open(view: EventView): boolean {
    this.#isParsed = false;
    this.#failure = undefined;
    this.#plainView = view.isPlain && this.#recognisePlain(view) ? view : undefined;
    return this.#plainView !== undefined || this.#openJson(view);
  }

  time(): Millis {
    return this.#fields.time;
  }

  localZone(): string | undefined {
    return this.#fields.localZone;
  }

  failure(): string | undefined {
    if (this.#readsPlain()) return undefined;
    if (!this.#isParsed) {
      this.#isParsed = true;
      this.#failure = this.#parser.parse(this.#line, this.#fields);
    }
    return this.#failure;
  }

  get(field: string): FieldValue {
    const slot = this.#parser.fields.slotByName.get(field);
    if (slot === undefined) return undefined;
    if (this.#readsPlain(slot)) return this.#fields.get(slot, this.#plainLine);
    this.failure();
    return this.#fields.get(slot, this.#line);
  }

  has(field: string): boolean {
    const slots = this.#parser.fields.slotsBelow.get(field);
    if (slots === undefined) return false;
    this.failure();
    for (let i = 0; i < slots.length; i += 1) if (this.#fields.has(slots[i]!)) return true;
    return false;
  }

  /** All that a table of fields names are values. */
  mayHold(): boolean {
    return false;
  }

  *names(): Iterable<string> {
    this.failure();
    const { fields } = this.#parser.fields;
    for (let slot = 0; slot < fields.length; slot += 1) if (this.#fields.has(slot)) yield fields[slot]!.name;
  }

  addTo(additions: Additions): void {
    this.#leavePlain();
    this.failure();
    this.#fields.addTo(additions, this.#line);
  }

  #openJson(view: EventView): boolean {
    if (!this.#line.open(view)) return false;
    this.#fields.clear();
    return this.#parser.recognise(this.#line, this.#fields);
  }

  #recognisePlain({ plain }: EventView): boolean {
    this.#plainLine.openPlain(plain);
    this.#fields.clear();
    return this.#parser.plain?.recognise(this.#plainLine, this.#fields) ?? false;
  }

  /** Whether the line is read as it lies in a file, and the field of the slot, or all of them, are found. */
  #readsPlain(slot?: number): boolean {
    if (this.#plainView === undefined) return false;
    if (this.#parser.plain!.parse(this.#plainLine, this.#fields, slot)) return true;
    this.#leavePlain();
    return false;
  }

  /** Reads the line as JSON from now on. */
  #leavePlain(): void {
    const view = this.#plainView;
    this.#plainView = undefined;
    if (view !== undefined) this.#openJson(view);
  }
}
