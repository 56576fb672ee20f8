import type { ForwardConfig } from '../../config/schema/forward.ts';
import { LogboomError, messageOf } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import type { ForwardTelemetry } from '../../telemetry/components/forward.ts';
import { longestPause, pauseWithEqualJitter } from '../../util/waiting.ts';
import { type Queue, type QueuedWindow, restOf } from './window.ts';
import { openWire, type Peer, type Wire } from './wire.ts';

export interface Host {
  /** As written in the configuration. */
  name: string;
  peer: Peer;
}

interface ConnectionOptions {
  /** One host, or several: after a failure the next one is tried. */
  hosts: Host[];
  queue: Queue;
  config: ForwardConfig;
  telemetry: ForwardTelemetry;
  now: () => Millis;
  random: () => number;
  signal: AbortSignal;
  /** Called after windows were put back into the queue, which other connections may take. */
  putBack: () => void;
}

/**
 * Sends windows of the queue over one connection at a time. It connects when there is a window to send, for Logstash closes idle
 * connections, and keeps up to `pipelining` windows in flight. When the connection ends, it puts the windows without an ACK back to
 * the head of the queue. After each of its hosts failed, it pauses (exponential back-off with equal jitter).
 */
export class Connection {
  /** Why the last attempt failed, and since when none has succeeded. */
  reason: string | undefined;
  since: Millis | undefined;
  readonly #options: ConnectionOptions;
  readonly #depth: number;
  readonly #underWay: (QueuedWindow & { sentAt: Millis })[] = [];
  #host = 0;
  #failures = 0;
  #wire: Wire | undefined;
  #state: 'idle' | 'connecting' | 'connected' | 'pausing' | 'closed' = 'idle';
  #expiresAt = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ConnectionOptions) {
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

  /** Connects or sends, as far as the state allows. */
  advance(): void {
    const { queue } = this.#options;
    if (this.#state === 'idle' && queue.length > 0) void this.#connect();
    if (this.#state === 'connected') this.#fill(this.#wire!);
  }

  /** Ends the connection and returns the windows without an ACK. */
  close(): QueuedWindow[] {
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
      const queued = queue.take();
      if (!queued) break;
      this.#send(wire, queued);
    }
    wire.expectAck(this.#underWay.length > 0);
    if (expired && this.#underWay.length === 0) wire.end();
  }

  #send(wire: Wire, queued: QueuedWindow): void {
    const { frames, how } = queued.window;
    const bytes = frames.reduce((sum, { length }) => sum + length, 0);
    this.#underWay.push({ ...queued, sentAt: this.#options.now() });
    wire.write(...frames);
    this.#options.telemetry.windowSent(how, queued.again, bytes);
  }

  /** Windows are acknowledged in order, a long one perhaps in parts. */
  #acknowledge(sequence: number): void {
    const queued = this.#underWay[0];
    if (this.#state !== 'connected') return;
    if (!queued || sequence > queued.window.count) this.#refuse(sequence, queued);
    else if (sequence > queued.acknowledged) this.#advanced(queued, sequence);
  }

  #advanced(queued: QueuedWindow & { sentAt: Millis }, sequence: number): void {
    const { telemetry, now } = this.#options;
    this.#succeeded();
    telemetry.acknowledged(sequence - queued.acknowledged, now() - queued.sentAt);
    queued.acknowledged = sequence;
    if (sequence < queued.window.count) telemetry.acknowledgedInPart();
    else {
      this.#underWay.shift();
      queued.done();
      this.advance();
    }
  }

  /**
   * An ACK for events that were not sent is a protocol error: the connection ends, and its other ACKs are ignored.
   */
  #refuse(sequence: number, queued: QueuedWindow | undefined): void {
    const owed = queued ? `a window of ${queued.window.count}` : 'nothing';
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
    queue.putBack(left.flatMap((queued) => this.#again(queued)));
    // The server may close an idle connection; that is no failure.
    if (left.length > 0) this.#failed(error.message);
    else this.#state = 'idle';
    putBack();
  }

  #again(queued: QueuedWindow): QueuedWindow[] {
    const { window, acknowledged, again } = queued;
    if (again && acknowledged === 0) return [queued];
    const { window: rest, problems } = restOf(window, acknowledged, this.#options.config.compression_level);
    if (problems.length > 0) this.#options.telemetry.eventsLeftOut(problems.length, problems[0]!);
    if (rest) return [{ ...queued, window: rest, acknowledged: 0, again: true }];
    queued.done();
    return [];
  }

  /** Takes the next host, and pauses when all hosts have failed. */
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
