import {
  type EventView,
  fieldsOf,
  isDeeper,
  isObject,
  type JsonObject,
  MAX_DEPTH,
} from '../../events/index.ts';
import type { Millis } from '../../model.ts';
import type { LineFormat } from '../line-parser.ts';
import { PlacedFields } from '../placed-fields.ts';
import { accessLine } from './access-json.ts';
import { placeFields } from './json-fields.ts';

const tooDeep = `the line is nested deeper than ${MAX_DEPTH} levels`;

/** A line with at most so many levels, and so many dots, is not too deep, however its dots are placed. */
const HALF = MAX_DEPTH / 2;

/** Whether there are more dots than that, or may be: a dot may be escaped. */
function hasManyDots(line: string): boolean {
  if (line.includes('\\u')) return true;
  let dots = 0;
  for (let at = line.indexOf('.'); at !== -1 && dots <= HALF; at = line.indexOf('.', at + 1)) dots += 1;
  return dots > HALF;
}

/** A dotted key is as deep as the objects that it stands for: `a.a.a…` must not exhaust the stack either. */
function isDeeperWithDots(line: JsonObject): boolean {
  for (const [name] of fieldsOf(line)) if (name.split('.', MAX_DEPTH + 1).length > MAX_DEPTH) return true;
  return false;
}

/** The format `json`: lines that are JSON objects, as applications write them. Their fields become fields of the event. */
export class JsonLine extends PlacedFields implements LineFormat {
  readonly name = 'json';
  readonly words = 'JSON';
  readonly #zone: string;
  #failure: string | undefined;
  #time: Millis = Number.NaN;
  #isLocal = false;

  constructor(zone: string) {
    super();
    this.#zone = zone;
  }

  open(view: EventView, receivedAt: Millis): boolean {
    const line = view.get('message');
    if (typeof line !== 'string' || !/^\s*\{/.test(line)) return false;
    this.fields = {};
    this.#time = Number.NaN;
    this.#isLocal = false;
    this.#failure = undefined;
    const mayBeTooDeep = isDeeper(line, HALF) || hasManyDots(line);
    if (mayBeTooDeep && isDeeper(line, MAX_DEPTH)) this.#failure = tooDeep;
    else this.#parse(line, view, receivedAt, mayBeTooDeep);
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

  #parse(line: string, view: EventView, receivedAt: Millis, mayBeTooDeep: boolean): void {
    let parsed: unknown;
    try {
      parsed = JSON.parse(line);
    } catch {
      this.#failure = 'the line begins like a JSON object but is not valid JSON';
      return;
    }
    if (!isObject(parsed)) return;
    if (mayBeTooDeep && isDeeperWithDots(parsed)) {
      this.#failure = tooDeep;
      return;
    }
    const placed = placeFields(accessLine(parsed) ?? parsed, view, { zone: this.#zone, receivedAt });
    this.fields = placed.fields;
    this.#time = placed.time;
    this.#isLocal = placed.isLocal;
  }
}
