import type { ForwardConfig } from '../../config/schema/forward.ts';
import { LogboomError, messageOf } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import type { ForwardTelemetry } from '../../telemetry/forward.ts';
import { longestPause, pauseWithEqualJitter } from '../../util/backoff.ts';
import type { Errand, Queue } from './queue.ts';
import { restOf } from './window.ts';
import { openWire, type Peer, type Wire } from './wire.ts';

export interface Host {
  /** As it is configured. */
  name: string;
  peer: Peer;
}

interface CarrierOptions {
  /** One, or several of which the next is tried where one fails. */
  hosts: Host[];
  queue: Queue;
  config: ForwardConfig;
  telemetry: ForwardTelemetry;
  now: () => Millis;
  random: () => number;
  signal: AbortSignal;
  /** Something was put back into the queue, which others may take. */
  putBack: () => void;
}

/**
 * Carries windows over one connection at a time. It connects when there is something to carry, for Logstash closes
 * idle connections; has as many windows under way as `pipelining` says; and when its connection ends, puts what has
 * no ACK back in front of the queue.
 */
export class Carrier {
  /** Why the last attempt failed, and since when none has succeeded. */
  reason: string | undefined;
  since: Millis | undefined;
  readonly #options: CarrierOptions;
  readonly #depth: number;
  readonly #underWay: (Errand & { sentAt: Millis })[] = [];
  #host = 0;
  #failures = 0;
  #wire: Wire | undefined;
  #state: 'idle' | 'connecting' | 'connected' | 'pausing' | 'closed' = 'idle';
  #expiresAt = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: CarrierOptions) {
    this.#options = options;
    this.#depth = Math.max(1, options.config.pipelining);
  }

  get connected(): boolean {
    return this.#state === 'connected';
  }

  get host(): string {
    return this.#current.name;
  }

  /** Windows that have no ACK yet, and since when the first of them waits. */
  get underWay(): number {
    return this.#underWay.length;
  }

  get waitsSince(): Millis | undefined {
    return this.#underWay[0]?.sentAt;
  }

  /** Does what can be done now. */
  advance(): void {
    const { queue } = this.#options;
    if (this.#state === 'idle' && queue.length > 0) void this.#connect();
    if (this.#state === 'connected') this.#fill(this.#wire!);
  }

  /** Ends the connection and gives back what has no ACK. */
  close(): Errand[] {
    this.#state = 'closed';
    clearTimeout(this.#timer);
    this.#wire?.end(new Error('forwarding stops'));
    return this.#underWay.splice(0);
  }

  get #current(): Host {
    return this.#options.hosts[this.#host]!;
  }

  async #connect(): Promise<void> {
    const { signal, telemetry, config, now } = this.#options;
    const { name, peer } = this.#current;
    this.#state = 'connecting';
    try {
      const events = {
        onAck: (sequence: number) => this.#acknowledge(sequence),
        onEnd: (error: LogboomError) => this.#ended(error, name),
      };
      this.#wire = await openWire({ ...peer, timeout: config.timeout, signal }, events);
    } catch (error) {
      return this.#failed(messageOf(error));
    }
    telemetry.connected(name);
    if (signal.aborted) return this.#wire.end(new Error('forwarding stops'));
    this.#state = 'connected';
    this.#expiresAt = config.ttl > 0 ? now() + config.ttl : Number.POSITIVE_INFINITY;
    this.advance();
  }

  #fill(wire: Wire): void {
    const { queue, now } = this.#options;
    const expired = now() >= this.#expiresAt;
    while (!expired && this.#underWay.length < this.#depth) {
      const errand = queue.take();
      if (!errand) break;
      this.#send(wire, errand);
    }
    wire.expectAck(this.#underWay.length > 0);
    if (expired && this.#underWay.length === 0) wire.end();
  }

  #send(wire: Wire, errand: Errand): void {
    const { frames, how } = errand.window;
    const bytes = frames.reduce((sum, { length }) => sum + length, 0);
    this.#underWay.push({ ...errand, sentAt: this.#options.now() });
    wire.write(...frames);
    this.#options.telemetry.windowSent(how, errand.again, bytes);
  }

  /** Windows are acknowledged in order, a long one perhaps in parts. */
  #acknowledge(sequence: number): void {
    const errand = this.#underWay[0];
    if (this.#state !== 'connected') return;
    if (!errand || sequence > errand.window.count) this.#refuse(sequence, errand);
    else if (sequence > errand.acknowledged) this.#advanced(errand, sequence);
  }

  #advanced(errand: Errand & { sentAt: Millis }, sequence: number): void {
    const { telemetry, now } = this.#options;
    this.#succeeded();
    telemetry.acknowledged(sequence - errand.acknowledged, now() - errand.sentAt);
    errand.acknowledged = sequence;
    if (sequence < errand.window.count) telemetry.acknowledgedInPart();
    else {
      this.#underWay.shift();
      errand.done();
      this.advance();
    }
  }

  /**
   * Whoever acknowledges what was never sent cannot be believed in anything: the connection ends, whatever else it
   * acknowledges.
   */
  #refuse(sequence: number, errand: Errand | undefined): void {
    const owed = errand ? `a window of ${errand.window.count}` : 'nothing';
    const what = `${this.host} acknowledged event ${sequence} of ${owed}; is it a Lumberjack server?`;
    this.#state = 'pausing';
    this.#wire!.end(new LogboomError('LUMBERJACK_PROTOCOL', what));
  }

  #succeeded(): void {
    if (this.#failures > 0) this.#options.telemetry.recovered(this.host);
    this.#failures = 0;
    this.reason = undefined;
    this.since = undefined;
  }

  #ended(error: LogboomError, name: string): void {
    const { telemetry, queue, putBack } = this.#options;
    telemetry.disconnected(name);
    this.#wire = undefined;
    if (this.#state === 'closed') return;
    const left = this.#underWay.splice(0);
    queue.putBack(left.flatMap((errand) => this.#again(errand)));
    // Closing a connection on which nothing is under way is everybody's right.
    if (left.length > 0) this.#failed(error.message);
    else this.#state = 'idle';
    putBack();
  }

  #again(errand: Errand): Errand[] {
    const { window, acknowledged, again } = errand;
    if (again && acknowledged === 0) return [errand];
    const { window: rest, problems } = restOf(window, acknowledged, this.#options.config.compression_level);
    if (problems.length > 0) this.#options.telemetry.eventsLeftOut(problems.length, problems[0]!);
    if (rest) return [{ ...errand, window: rest, acknowledged: 0, again: true }];
    errand.done();
    return [];
  }

  /** Goes on to the next host, and pauses when each has had its turn. */
  #failed(reason: string): void {
    const { hosts, config, telemetry, now, random } = this.#options;
    if (this.#state === 'closed') return;
    const { host } = this;
    this.reason = reason;
    this.since ??= now();
    this.#failures += 1;
    this.#host = (this.#host + 1) % hosts.length;
    const rounds = this.#failures / hosts.length;
    const pause = Number.isInteger(rounds) ? pauseWithEqualJitter(rounds, config.backoff, random) : 0;
    telemetry.failed(host, reason, pause === 0 ? 0 : longestPause(rounds, config.backoff));
    this.#state = 'pausing';
    this.#timer = setTimeout(() => {
      this.#state = 'idle';
      this.advance();
    }, pause);
  }
}
