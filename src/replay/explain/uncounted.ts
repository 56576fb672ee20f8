import type { Millis } from '../../model.ts';
import type { EventWatch } from '../../rules/run/observer.ts';
import type { SeenEvent } from '../../sources/source.ts';
import { sourceNameOf } from '../../sources/sources.ts';
import { countOf, formatDuration, printable } from '../../util/text.ts';

/** What of a source was not counted, or not where its lines say, between two event times. */
export interface SourceFindings {
  source: string;
  /** All events of the source in that time. */
  events: number;
  /** Came after the windows of the rule were closed, and the most by which they did. */
  late: number;
  lateBy: Millis;
  /** Stamped ahead of their receipt, and counted as of that. `aheadBy`: the most by which they were. */
  ahead: number;
  aheadBy: Millis;
  /** Without a time, and counted as of their receipt. */
  untimed: number;
  /** Not read, so that fields are missing that a rule may ask for. */
  unparsed: number;
  /** The first line that was not read. */
  example?: Example;
}

interface Example {
  line: string;
  reason: string;
}

/** Lines in no format: in a source of lines that have one they were not read, and elsewhere they are text. */
interface Gathered {
  found: SourceFindings;
  plain: number;
  plainExample?: Example;
}

/** Sources that are told apart. */
const mostSources = 1_000;
const mostShown = 10;

/** Counts, by source, what was not counted where it belongs in a span of event time. */
export class Uncounted implements EventWatch {
  readonly #sources = new Map<string, Gathered>();
  readonly #from: Millis;
  readonly #to: Millis;
  /** Events of sources beyond the limit. */
  #others = 0;

  constructor(from: Millis, to: Millis) {
    this.#from = from;
    this.#to = to;
  }

  read(key: string, event: SeenEvent, lateBy: Millis | undefined): void {
    const { time, statedTime } = event;
    if (!this.#isWithin(time) && !this.#isWithin(statedTime)) return;
    const gathered = this.#of(key, event);
    if (gathered === undefined) {
      this.#others += 1;
      return;
    }
    const { found } = gathered;
    found.events += 1;
    if (lateBy !== undefined) {
      found.late += 1;
      found.lateBy = Math.max(found.lateBy, lateBy);
    }
    if (event.isAhead) {
      found.ahead += 1;
      found.aheadBy = Math.max(found.aheadBy, statedTime - event.receivedAt);
    }
    if (event.timeSource === 'receipt') found.untimed += 1;
    noteFormat(gathered, event);
  }

  /** Those with something that was not counted first. */
  get findings(): SourceFindings[] {
    return [...this.#sources.values()]
      .map(withPlain)
      .sort((a, b) => amissIn(b) - amissIn(a) || b.events - a.events);
  }

  /** The same in sentences, of which each is about one source. */
  get sentences(): string[] {
    const all = this.findings;
    const events = all.reduce((sum, one) => sum + one.events, 0) + this.#others;
    const span = `between ${iso(this.#from)} and ${iso(this.#to)}`;
    if (events === 0) return [`No event of any source is ${span}.`];
    const amiss = all.filter((one) => amissIn(one) > 0);
    const sources = countOf(all.length, 'source');
    if (amiss.length === 0)
      return [`All ${events} events of ${sources} ${span} came in time, have a time, and were read.`];
    const more = amiss.length - mostShown;
    return [
      ...amiss.slice(0, mostShown).map(sentence),
      ...(more > 0 ? [`The same of ${more} more sources.`] : []),
    ];
  }

  #isWithin(time: Millis): boolean {
    return time >= this.#from && time <= this.#to;
  }

  #of(key: string, event: SeenEvent): Gathered | undefined {
    let gathered = this.#sources.get(key);
    if (gathered === undefined && this.#sources.size < mostSources) {
      const counts = { events: 0, late: 0, lateBy: 0, ahead: 0, aheadBy: 0, untimed: 0, unparsed: 0 };
      gathered = { found: { source: sourceNameOf(event, key), ...counts }, plain: 0 };
      this.#sources.set(key, gathered);
    }
    return gathered;
  }
}

function noteFormat(gathered: Gathered, event: SeenEvent): void {
  const { found } = gathered;
  const reason = event.parseFailure;
  const example = (why: string): Example => ({ line: event.message.slice(0, 300), reason: why });
  if (reason !== undefined) {
    found.unparsed += 1;
    found.example ??= example(reason);
  } else if (event.choice().format === undefined) {
    gathered.plain += 1;
    gathered.plainExample ??= example('is in no known format');
  }
}

function withPlain({ found, plain, plainExample }: Gathered): SourceFindings {
  if (plainExample === undefined || plain * 2 > found.events) return found;
  return { ...found, unparsed: found.unparsed + plain, example: found.example ?? plainExample };
}

const amissIn = ({ late, ahead, untimed, unparsed }: SourceFindings) => late + ahead + untimed + unparsed;

function sentence(found: SourceFindings): string {
  const { source, events, late, ahead, untimed, unparsed, example } = found;
  const parts = [
    ...(late > 0
      ? [`${late} came after the windows of the rule were closed, by up to ${whole(found.lateBy)}`]
      : []),
    ...(ahead > 0
      ? [`${ahead} were stamped up to ${whole(found.aheadBy)} ahead and count as of their receipt`]
      : []),
    ...(untimed > 0 ? [`${untimed} have no time and count as of their receipt`] : []),
    ...(unparsed > 0
      ? [`${unparsed} were not read, such as "${example!.line.slice(0, 100)}": ${example!.reason}`]
      : []),
  ];
  return printable(`Of ${countOf(events, 'event')} of ${source}, ${parts.join('; ')}.`);
}

const whole = (length: Millis) => formatDuration(Math.max(1_000, Math.round(length / 1_000) * 1_000));
const iso = (time: Millis) => new Date(time).toISOString();
