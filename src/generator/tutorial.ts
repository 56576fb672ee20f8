import type { Millis } from '../model.ts';

const QUIET_EVENTS = 100;
const QUIET_GAP = 1_000;
const BURST_EVENTS = 100;
const BURST_GAP = 10;

/** Events and length of one round: 100 events a second apart, then 100 events 10 ms apart. */
export const tutorialRound = {
  events: QUIET_EVENTS + BURST_EVENTS,
  length: QUIET_EVENTS * QUIET_GAP + BURST_EVENTS * BURST_GAP,
} as const;

/**
 * Endless traffic of the tutorial, as offsets from its start. The burst starts at 100 s, so the fifth event within one
 * second is event 105 at 100.040 s.
 */
export function* tutorialSchedule(): Generator<Millis, never> {
  for (let round = 0; ; round += tutorialRound.length) {
    for (let i = 0; i < QUIET_EVENTS; i++) yield round + i * QUIET_GAP;
    for (let i = 0; i < BURST_EVENTS; i++) yield round + QUIET_EVENTS * QUIET_GAP + i * BURST_GAP;
  }
}

/** Endless evenly spaced events, as offsets. Offsets may be fractions of milliseconds. */
export function* steadySchedule(eventsPerSecond: number): Generator<Millis, never> {
  for (let i = 0; ; i++) yield (i * 1_000) / eventsPerSecond;
}
