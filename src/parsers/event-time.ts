import type { TimeConfig } from '../config/schema/time.ts';
import type { EventView } from '../events/index.ts';
import type { Millis } from '../model.ts';
import { repeatOf } from '../util/zone.ts';
import type { FormatChoice } from './line-parser.ts';
import { RepeatedHours } from './repeated-hours.ts';
import { parseTime } from './time-text.ts';

/** Where the event's time is from: its line, the sender's `@timestamp`, or the receipt of its batch if both are missing. */
export type TimeSource = 'line' | 'sender' | 'receipt';

interface EventTimeOptions {
  parsers: { timestamp: 'line' | '@timestamp' };
  /** Without `maxAhead`, no event is ahead. */
  time: Partial<Pick<TimeConfig, 'maxAhead'>>;
}

/** What the time of an event is made of. */
interface Timed {
  readonly view: EventView;
  readonly batch: { receivedAt: Millis };
  readonly source: string;
  choice(): FormatChoice;
}

/**
 * The time of the event that was read last. It depends on the event, its batch and, for local times that the clocks of
 * a zone show twice, on the lines before it; so the analyser, the indexer and every replay come to the same time.
 */
export class EventTime {
  #time: Millis = 0;
  #stated: Millis = 0;
  /** Undefined before the event's time was asked for. */
  #from: TimeSource | undefined;
  readonly #event: Timed;
  readonly repeated = new RepeatedHours();
  readonly #ofLine: boolean;
  readonly #maxAhead: Millis;

  constructor({ parsers, time }: EventTimeOptions, event: Timed) {
    this.#event = event;
    this.#ofLine = parsers.timestamp === 'line';
    this.#maxAhead = time.maxAhead ?? Number.POSITIVE_INFINITY;
  }

  /** To be called when the event becomes another one. */
  forget(): void {
    this.#from = undefined;
  }

  /** Sets the time, as if the line stated it. */
  set(stated: Millis): void {
    this.#from = 'line';
    this.#state(stated);
  }

  /** Event time: `stated`, or the receipt time where the event is ahead. */
  get time(): Millis {
    if (this.#from === undefined) this.#read();
    return this.#time;
  }

  /** The time that the event states. */
  get stated(): Millis {
    if (this.#from === undefined) this.#read();
    return this.#stated;
  }

  get from(): TimeSource {
    if (this.#from === undefined) this.#read();
    return this.#from!;
  }

  /** Whether the stated time lies after the receipt by more than `maxAhead`, so that the event counts as of its receipt. */
  get isAhead(): boolean {
    return this.time !== this.stated;
  }

  #read(): void {
    this.#state(this.#find(this.#event, this.#event.batch.receivedAt));
  }

  #state(stated: Millis): void {
    const { receivedAt } = this.#event.batch;
    this.#stated = stated;
    this.#time = stated > receivedAt + this.#maxAhead ? receivedAt : stated;
  }

  #find(event: Timed, receivedAt: Millis): Millis {
    const format = this.#ofLine ? event.choice().format : undefined;
    const ofLine = format?.time();
    if (ofLine !== undefined && !Number.isNaN(ofLine)) {
      this.#from = 'line';
      const zone = format!.localZone();
      return zone === undefined ? ofLine : this.#ofZone(ofLine, zone, event);
    }
    const sent = parseTime(event.view.get('@timestamp'));
    this.#from = Number.isNaN(sent) ? 'receipt' : 'sender';
    return Number.isNaN(sent) ? receivedAt : sent;
  }

  #ofZone(time: Millis, zone: string, { view, source }: Timed): Millis {
    const shift = repeatOf(time, zone);
    if (shift === 0) return time;
    const readAt = parseTime(view.get('@timestamp'));
    return this.repeated.choose(source, Math.min(time, time + shift), Math.abs(shift), readAt);
  }
}
