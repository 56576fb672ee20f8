import type { Millis } from '../model.ts';
import type { SourceProblemKind } from '../telemetry/components/sources.ts';
import { countOf, formatDuration, formatShare, printable } from '../util/text.ts';
import { type Offset, zoneOf } from './offsets.ts';
import type { Period } from './period.ts';
import type { SourceRecord } from './source.ts';

/** From which values on a source has a problem. 0: it is not judged by it. */
export interface SourceThresholds {
  /** By how much its stamps are ahead of or behind the receipt. */
  clock: Millis;
  /** Share of late events. */
  late: number;
  /** Share of lines that could not be read, or that have no time. */
  unparsed: number;
}

/** A problem ends at this share of its threshold, so that it does not come and go. */
const endsAt = 0.5;
/** A source that was not seen for so long is not judged. */
const forgottenAfter: Millis = 60 * 60_000;
/** Events with a problem without which a share says nothing. */
const fewest = 20;
/** Stamps ahead of their receipt have no other cause than a clock or a zone; stamps behind it may be a backlog. */
const fewestAhead = 5;
const fewestBehind = 10;
/** A backlog moves: its offsets differ by more than this within seconds. */
const steady: Millis = 10_000;

interface Finding {
  value: number;
  reason: string;
  holds: boolean;
}

type Judge = (source: SourceRecord, threshold: number) => Finding;

const judges: Record<SourceProblemKind, Judge> = {
  clock: judgeClock,
  late: judgeLate,
  unparsed: judgeUnparsed,
};

/** Judges a source for one kind of problem. `has`: it has the problem already, and keeps it until it is clearly gone. */
export function judgeSource(
  source: SourceRecord,
  kind: SourceProblemKind,
  thresholds: SourceThresholds,
  has: boolean,
  now: Millis,
): Finding {
  const threshold = thresholds[kind];
  if (threshold === 0) return { value: 0, reason: 'it is not judged any more', holds: false };
  const silence = now - source.lastSeen;
  if (silence > forgottenAfter)
    return { value: 0, reason: `nothing was received for ${whole(silence)}`, holds: false };
  return judges[kind](source, has ? threshold * endsAt : threshold);
}

function judgeClock({ offsets }: SourceRecord, threshold: Millis): Finding {
  const offset = offsets.offset;
  if (offset === undefined) return { value: 0, reason: 'its clock is not known', holds: false };
  const holds = Math.abs(offset.typical) >= threshold && isCertain(offset);
  const value = Math.abs(offset.typical) / 1000;
  return { value, holds, reason: holds ? clockReason(offset.typical) : 'its stamps agree with the receipt' };
}

function isCertain({ typical, spread, samples }: Offset): boolean {
  return typical > 0 ? samples >= fewestAhead : samples >= fewestBehind && spread <= steady;
}

function clockReason(typical: Millis): string {
  const side = typical > 0 ? 'ahead of' : 'behind';
  const by = whole(Math.abs(typical));
  const zone = zoneOf(typical);
  if (zone !== undefined) {
    const there = `${whole(Math.abs(zone))} ${zone > 0 ? 'ahead' : 'behind'}`;
    return `its stamps are ${by} ${side} the receipt: its lines are likely in a time zone ${there} of the configured one (time.zone, or zone of the input)`;
  }
  const cause = typical > 0 ? 'its clock is wrong' : 'its clock is wrong, or its shipper is behind';
  return `its stamps are ${by} ${side} the receipt: ${cause}`;
}

function judgeLate({ recent }: SourceRecord, threshold: number): Finding {
  const { lost, events } = recent.counts;
  const holds = isMuch(lost, events, threshold);
  const words = `${part(recent, lost)} came after windows that they belong to were closed, by up to ${whole(recent.lateBy)}, and are counted nowhere`;
  return { value: shareOf(lost, events), holds, reason: holds ? words : 'its events come in time' };
}

function judgeUnparsed({ recent, example }: SourceRecord, threshold: number): Finding {
  const { unparsed, untimed, events } = recent.counts;
  const worst = Math.max(unparsed, untimed);
  const holds = isMuch(worst, events, threshold);
  const last =
    example === undefined
      ? ''
      : `. The last one: ${example.reason}: ${printable(example.line.slice(0, 100))}`;
  const words =
    unparsed >= untimed
      ? `${part(recent, unparsed)} could not be read${last}`
      : `${part(recent, untimed)} have no time of their own and are counted as of their receipt`;
  return { value: shareOf(worst, events), holds, reason: holds ? words : 'its lines are read' };
}

const shareOf = (part: number, all: number) => (all === 0 ? 0 : part / all);
const isMuch = (part: number, all: number, threshold: number) =>
  part >= fewest && shareOf(part, all) >= threshold;
const part = ({ counts: { events } }: Period, some: number) =>
  `${some} of its last ${countOf(events, 'event')} (${formatShare(Math.round(shareOf(some, events) * 1000) / 1000)})`;
const whole = (length: Millis) => formatDuration(Math.max(1000, Math.round(length / 1000) * 1000));
