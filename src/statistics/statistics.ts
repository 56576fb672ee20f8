import type { Fields, FieldValue, Millis } from '../model.ts';
import type {
  Figures,
  StatisticsQuestion,
  StatisticsReport,
  ValueFigures,
  WindowFigures,
} from '../telemetry/api/statistics.ts';
import { type StatisticsField, shortened, textsOf } from './fields.ts';
import { type Pane, Panes, secondsKept } from './panes.ts';

interface StatisticsOptions {
  fields: readonly StatisticsField[];
  /** Whether an event counts as an error. */
  isError: (event: Fields) => boolean;
  /** Wall time at which counting begins. What was received before is not counted. */
  since: Millis;
}

/** Events a second that are all read. Of further ones one in so many is read, and counts for all of them. */
const readASecond = 2_000;
const readOneIn = 64;

/** Windows by name, in seconds. `lifetime` is everything since the start. */
const lengths = { now: 1, '10s': 10, '2m': secondsKept, lifetime: undefined } as const;

/** A span of seconds `[from, to)` with its panes. */
interface Span {
  panes: readonly Pane[];
  /** Length, and the part of it since the start, in seconds. */
  seconds: number;
  covered: number;
}

/**
 * Events and errors by time of receipt: of the last second, 10 seconds, 2 minutes, and since the start, in all and by the
 * values of some fields. Memory is bounded: the rarer values of a field are forgotten, and numbers that may be too low for
 * it say so. No output depends on it.
 */
export class Statistics {
  readonly #options: StatisticsOptions;
  readonly #panes: Panes;
  /** When the last event was received, and the pane of that second. */
  #receivedAt: Millis = Number.NaN;
  #pane: Pane | undefined;

  constructor(options: StatisticsOptions) {
    this.#options = options;
    this.#panes = new Panes(options.fields.length);
  }

  /** Counts an event. The number of events is exact; errors and fields are sampled above 2,000 events a second. */
  note(event: Fields & { readonly receivedAt: Millis }): void {
    const { receivedAt } = event;
    if (receivedAt < this.#options.since) return;
    // Events come in batches, and a batch was received at one time.
    if (receivedAt !== this.#receivedAt) {
      this.#receivedAt = receivedAt;
      this.#pane = this.#panes.at(Math.floor(receivedAt / 1000));
    }
    this.#panes.all.events += 1;
    const before = this.#pane?.events ?? 0;
    if (this.#pane !== undefined) this.#pane.events += 1;
    if (before < readASecond) this.#read(event, 1);
    else if (before % readOneIn === 0) this.#read(event, readOneIn);
  }

  /** Names of the fields that are kept. */
  get names(): string[] {
    return this.#options.fields.map(({ name }) => name);
  }

  /** `from`: adds the window `documents` of the whole seconds since that time, two minutes at most. */
  report({ by, top, sort }: StatisticsQuestion, now: Millis, from?: Millis): StatisticsReport {
    const { since, fields } = this.#options;
    const end = Math.floor(now / 1000);
    const length = from === undefined ? {} : { documents: end - Math.floor(from / 1000) };
    const spans = Object.entries({ ...lengths, ...length }).map(
      ([name, seconds]) => [name, this.#span(now, seconds)] as const,
    );
    const wanted = fields.filter(({ name }) => by.includes(name));
    return {
      at: new Date(now).toISOString(),
      since: new Date(since).toISOString(),
      windows: Object.fromEntries(spans.map(([name, span]) => [name, windowFigures(span)])),
      fields: Object.fromEntries(
        wanted.map((field) => {
          const values = topValues(fields.indexOf(field), spans, sort).slice(0, top);
          return [field.name, { field: field.field, values }];
        }),
      ),
    };
  }

  /** Counts errors and fields. */
  #read(event: Fields, weight: number): void {
    const { isError, fields } = this.#options;
    const errors = isError(event) ? weight : 0;
    for (const pane of this.#pane === undefined ? [this.#panes.all] : [this.#panes.all, this.#pane]) {
      pane.read += 1;
      pane.errors += errors;
    }
    let read: StatisticsField['read'] | undefined;
    let value: FieldValue;
    for (let place = 0; place < fields.length; place += 1) {
      const field = fields[place]!;
      if (field.read !== read) value = field.read(event);
      read = field.read;
      if (value === undefined) continue;
      if (typeof value === 'string') this.#add(place, field.change(shortened(value)), weight, errors);
      else for (const text of textsOf(value)) this.#add(place, field.change(text), weight, errors);
    }
  }

  #add(place: number, value: string, weight: number, errors: number): void {
    this.#panes.all.fields[place]!.add(value, weight, errors);
    if (this.#pane !== undefined) this.#pane.fields[place]!.add(value, weight, errors);
  }

  #span(now: Millis, length: number | undefined): Span {
    const lived = Math.max(0, now - this.#options.since) / 1000;
    if (length === undefined) return { panes: [this.#panes.all], seconds: lived, covered: lived };
    const seconds = Math.min(length, secondsKept);
    const end = Math.floor(now / 1000);
    const panes = this.#panes.between(end - seconds, end);
    return { panes, seconds, covered: Math.min(seconds, Math.max(0, end - this.#options.since / 1000)) };
  }
}

function windowFigures(span: Span): WindowFigures {
  const sum = (of: (pane: Pane) => number) => span.panes.reduce((all, pane) => all + of(pane), 0);
  const events = sum((pane) => pane.events);
  const { seconds, covered } = span;
  return {
    seconds: rounded(seconds),
    coveredSeconds: rounded(covered),
    full: covered >= seconds,
    ...(sum((pane) => pane.read) < events && { sampled: true }),
    ...figures(
      events,
      sum((pane) => Math.min(pane.errors, pane.events)),
      covered,
    ),
  };
}

type NamedSpan = readonly [name: string, span: Span];

/** Values of a field by their number of events in the window `sort`. */
function topValues(place: number, spans: readonly NamedSpan[], sort: string): ValueFigures[] {
  const values = new Set(
    spans.flatMap(([, { panes }]) => panes.flatMap((pane) => [...pane.fields[place]!.values])),
  );
  const all = [...values].map((value) => ({
    value,
    ...Object.fromEntries(spans.map(([name, span]) => [name, valueIn(span, place, value)])),
  })) as ValueFigures[];
  const eventsOf = (one: ValueFigures) => one[sort]?.events ?? 0;
  return all
    .filter((one) => eventsOf(one) > 0)
    .sort((a, b) => eventsOf(b) - eventsOf(a) || (a.value < b.value ? -1 : 1));
}

function valueIn({ panes, covered }: Span, place: number, value: string): Figures {
  let [events, errors, missed] = [0, 0, 0];
  for (const pane of panes) {
    const hitters = pane.fields[place]!;
    const found = hitters.get(value);
    events += found?.events ?? 0;
    errors += found?.errors ?? 0;
    missed += found?.missed ?? hitters.floor;
  }
  return { ...figures(events, errors, covered), ...(missed > 0 && { eventsAtMost: events + missed }) };
}

/** Rates are those of the time that is covered: while a window is not full, the time since the start. */
function figures(events: number, errors: number, covered: number): Figures {
  return {
    events,
    errors,
    ...(covered > 0 && {
      eventsPerSecond: rounded(events / covered),
      errorsPerSecond: rounded(errors / covered),
    }),
    ...(events > 0 && { errorShare: rounded(errors / events) }),
  };
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;
