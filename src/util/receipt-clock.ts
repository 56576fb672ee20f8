import { uptime } from 'node:os';
import type { Millis } from '@logboom/common';

/** A step of the machine's wall clock: by how much, forwards if positive, and what it showed after it. */
export interface ClockStep {
  by: Millis;
  at: Millis;
}

interface ReceiptClockOptions {
  /** The machine's wall clock, in milliseconds since the epoch. */
  wall?: () => Millis;
  /** A clock that no one sets, in milliseconds since any moment. It may stand still while the machine sleeps. */
  monotonic?: () => Millis;
  /** Time since the machine was booted, including the time in which it slept. */
  sinceBoot?: () => Millis;
  /** The latest receipt time that is known. Time does not begin before it, unless it is more than a day ahead. */
  from?: Millis | undefined;
  onStep?: (step: ClockStep) => void;
}

/** A difference that appears at once and is at least this large is a step. */
const stepFrom: Millis = 1_000;
/** A step that is taken back within this time has no effect at all. */
const holdFor: Millis = 30_000;
/** A step forwards by more than this is taken over as a whole after `holdFor`, like a time in which the server was down. */
const jumpFrom: Millis = 10_000;
/** The clock runs faster or slower by at most this share to follow the wall clock. */
const slewRate = 0.1;
/** Later receipt times of an earlier run are not believed if they are farther ahead than this. */
const mostAhead: Millis = 86_400_000;
const stepsKept = 20;

/**
 * The clock of receipt times: wall time at its start, and from then on the monotonic clock, so that a step of the machine's
 * wall clock changes no receipt time. It follows the wall clock by slewing: at most a tenth faster or slower. It never goes
 * back. A step forwards by more than 10 s that lasts for 30 s is taken over at once; readers take the gap for downtime. If
 * the machine slept, that happens at the first reading.
 */
export class ReceiptClock {
  readonly #wall: () => Millis;
  readonly #monotonic: () => Millis;
  readonly #sinceBoot: () => Millis;
  readonly #onStep: ((step: ClockStep) => void) | undefined;
  /** The latest steps, oldest first. */
  readonly steps: ClockStep[] = [];
  #time: Millis;
  #at: Millis;
  /** What the wall clock is ahead of this one, after the last reading. */
  #difference: Millis;
  #steppedAt = Number.NEGATIVE_INFINITY;
  #boot: Millis;

  constructor({
    wall = Date.now,
    monotonic = () => performance.now(),
    sinceBoot = () => uptime() * 1000,
    from,
    onStep,
  }: ReceiptClockOptions = {}) {
    [this.#wall, this.#monotonic, this.#sinceBoot, this.#onStep] = [wall, monotonic, sinceBoot, onStep];
    const now = wall();
    this.#at = monotonic();
    this.#boot = sinceBoot() - this.#at;
    this.#time = from !== undefined && from > now && from <= now + mostAhead ? from : now;
    this.#difference = now - this.#time;
    if (this.#difference <= -stepFrom) this.#step(this.#difference, now);
  }

  /** What the wall clock is ahead of receipt times by, at the last reading. */
  get difference(): Millis {
    return this.#difference;
  }

  /** The time, in whole milliseconds. */
  readonly now = (): Millis => {
    const at = this.#monotonic();
    const elapsed = Math.max(0, at - this.#at);
    this.#at = at;
    const wall = this.#wall();
    this.#time += elapsed;
    const difference = wall - this.#time;
    const jump = difference - this.#difference;
    if (Math.abs(jump) >= stepFrom && !this.#slept(jump)) this.#step(jump, wall);
    this.#time += this.#follow(difference, elapsed);
    this.#difference = wall - this.#time;
    return Math.floor(this.#time);
  };

  /** By how much to follow the wall clock now. */
  #follow(difference: Millis, elapsed: Millis): Millis {
    const size = Math.abs(difference);
    if (size >= stepFrom && this.#at - this.#steppedAt < holdFor) return 0;
    if (difference > jumpFrom) return difference;
    return Math.sign(difference) * Math.min(size, elapsed * slewRate);
  }

  #step(by: Millis, at: Millis): void {
    const step = { by: Math.round(by), at };
    this.#steppedAt = this.#at;
    this.steps.push(step);
    if (this.steps.length > stepsKept) this.steps.shift();
    this.#onStep?.(step);
  }

  /** The monotonic clock stood still while the machine slept: nothing was received, and nobody set a clock. */
  #slept(jump: Millis): boolean {
    const boot = this.#sinceBoot() - this.#at;
    const slept = boot - this.#boot;
    if (jump < stepFrom || Math.abs(slept - jump) > 2 * stepFrom) return false;
    this.#boot = boot;
    this.#steppedAt = Number.NEGATIVE_INFINITY;
    return true;
  }
}
