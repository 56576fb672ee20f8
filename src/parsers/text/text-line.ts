import { type Additions, addField, type EventView, type JsonObject, newObject } from '../../events/index.ts';
import type { Millis } from '../../model.ts';
import { placeFields } from '../json/json-fields.ts';
import type { LineFormat } from '../line-parser.ts';
import { PlacedFields } from '../placed-fields.ts';
import { ReceivedLine } from './received-line.ts';
import { ELSEWHERE } from './stamps.ts';
import type { TextFormat, TextResult } from './text-format.ts';

/** The longest line that is read as text, in characters. Expressions are linear, but a limit makes that certain to be short. */
const LONGEST = 256 * 1024;

/** The line of the current event, read by a format of text. */
export class TextLine extends PlacedFields implements LineFormat {
  readonly name: string;
  readonly words: string;
  readonly #format: TextFormat;
  readonly #zone: string;
  #time: Millis = Number.NaN;
  #failure: string | undefined;
  #text = '';
  #receivedAt: Millis = 0;
  #isNamedLocal = false;
  readonly #received = new ReceivedLine();

  constructor(format: TextFormat, zone: string) {
    super();
    this.name = format.name;
    this.words = format.words;
    this.#format = format;
    this.#zone = zone;
  }

  open(view: EventView, receivedAt: Millis): boolean {
    const text = view.get('message');
    return typeof text === 'string' && this.read(text, view, receivedAt);
  }

  /** Like `open`, for a caller that has decoded the line already. */
  read(text: string, view: EventView, receivedAt: Millis): boolean {
    if (text.length > LONGEST || (this.#format.first !== '' && !this.#format.first.includes(text.charAt(0))))
      return false;
    const context = { zone: this.#zone, receivedAt };
    const result = this.#format.parse(text, context);
    if (result === undefined) return false;
    this.#text = text;
    this.#received.open(view, text);
    this.#receivedAt = receivedAt;
    this.#isNamedLocal = false;
    this.fields = newObject();
    this.#failure = result.failure;
    this.#time = result.time;
    this.#place(result, text, view, receivedAt);
    return true;
  }

  time(): Millis {
    return this.#time;
  }

  localZone(): string | undefined {
    if (this.#zone === 'UTC' || Number.isNaN(this.#time)) return undefined;
    const there = this.#format.parse(this.#text, { zone: ELSEWHERE, receivedAt: this.#receivedAt })?.time;
    const isLocal =
      this.#isNamedLocal || (there !== undefined && there !== this.#time && !Number.isNaN(there));
    return isLocal ? this.#zone : undefined;
  }

  failure(): string | undefined {
    return this.#failure;
  }

  override addTo(additions: Additions): void {
    additions.fields(this.fields, this.#received);
  }

  #place({ fields, named }: TextResult, text: string, view: EventView, receivedAt: Millis): void {
    for (const name of Object.keys(fields))
      if (fields[name] !== undefined) addField(this.fields, name, fields[name]);
    if (named !== undefined) this.#placeNamed(named, view, receivedAt);
    const host = fields['host.hostname'];
    if (host !== undefined && !view.has('host.name')) addField(this.fields, 'host.name', host);
    // What the fields do not say stays in the whole line.
    const { message } = this.fields;
    if (message !== undefined && message !== text) addField(this.fields, 'event.original', text);
  }

  /** Fields that the program named stand behind those that the format has. */
  #placeNamed(named: JsonObject, view: EventView, receivedAt: Millis): void {
    const placed = placeFields(named, view, { zone: this.#zone, receivedAt });
    if (Number.isNaN(this.#time)) {
      this.#time = placed.time;
      this.#isNamedLocal = placed.isLocal;
    }
    if (Object.keys(this.fields).length === 0) this.fields = placed.fields;
    else
      for (const key of Object.keys(placed.fields))
        if (!addField(this.fields, key, placed.fields[key]))
          addField(this.fields, `json.${key}`, placed.fields[key]);
  }
}
