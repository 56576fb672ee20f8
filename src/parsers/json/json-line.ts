import {
  type Additions,
  type EventView,
  fieldsOf,
  isDeeper,
  isObject,
  type JsonObject,
  leafNames,
  MAX_DEPTH,
  valuesOf,
} from '../../events/index.ts';
import type { FieldValue, Millis } from '../../model.ts';
import { isPresent } from '../../util/levels.ts';
import type { LineFormat } from '../line-parser.ts';
import { placeFields } from './json-fields.ts';

const tooDeep = `the line is nested deeper than ${MAX_DEPTH} levels`;

/** A dotted key is as deep as the objects that it stands for: `a.a.a…` must not exhaust the stack either. */
function isDeeperWithDots(line: JsonObject): boolean {
  for (const [name] of fieldsOf(line)) if (name.split('.', MAX_DEPTH + 1).length > MAX_DEPTH) return true;
  return false;
}

/** The format `json`: lines that are JSON objects, as applications write them. Their fields become fields of the event. */
export class JsonLine implements LineFormat {
  readonly name = 'json';
  readonly words = 'JSON';
  readonly #zone: string;
  #failure: string | undefined;
  #fields: JsonObject = {};
  #time: Millis = Number.NaN;
  #isLocal = false;

  constructor(zone: string) {
    this.#zone = zone;
  }

  open(view: EventView, receivedAt: Millis): boolean {
    const line = view.get('message');
    if (typeof line !== 'string' || !/^\s*\{/.test(line)) return false;
    this.#fields = {};
    this.#time = Number.NaN;
    this.#isLocal = false;
    this.#failure = undefined;
    if (isDeeper(line, MAX_DEPTH)) this.#failure = tooDeep;
    else this.#parse(line, view, receivedAt);
    return true;
  }

  time(): Millis {
    return this.#time;
  }

  localZone(): string | undefined {
    return this.#isLocal && this.#zone !== 'UTC' ? this.#zone : undefined;
  }

  failure(): string | undefined {
    return this.#failure;
  }

  get(field: string): FieldValue {
    return valuesOf(this.#fields, field);
  }

  has(field: string): boolean {
    for (const name of this.names())
      if ((name === field || name.startsWith(`${field}.`)) && isPresent(this.get(name))) return true;
    return false;
  }

  names(): Iterable<string> {
    return leafNames(this.#fields, '');
  }

  addTo(additions: Additions): void {
    additions.fields(this.#fields);
  }

  #parse(line: string, view: EventView, receivedAt: Millis): void {
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      this.#failure = 'the line begins like a JSON object but is not valid JSON';
      return;
    }
    if (!isObject(parsed)) return;
    if (isDeeperWithDots(parsed)) {
      this.#failure = tooDeep;
      return;
    }
    const placed = placeFields(parsed, view, { zone: this.#zone, receivedAt });
    this.#fields = placed.fields;
    this.#time = placed.time;
    this.#isLocal = placed.isLocal;
  }
}
