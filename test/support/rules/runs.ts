import { pack, unpack } from 'msgpackr';
import type { RuleConfig } from '../../../src/config/schema/rules.ts';
import type { FieldValue, LogEvent, Output } from '../../../src/model.ts';
import { startRule } from '../../../src/rules/rule.ts';
import { fieldsOf } from '../fields.ts';

export const ten = Date.parse('2026-11-21T10:00:00Z');

/** An event so many seconds past ten o'clock. */
export function event(
  after: number,
  fields: Record<string, FieldValue> = {},
  message = `at ${after}`,
): LogEvent {
  return {
    ...fieldsOf({ message, ...fields }),
    index: 0,
    time: ten + after * 1000,
    receivedAt: ten + after * 1000,
    source: 's',
    problem: undefined,
    message,
  };
}

/** An event, or the clock running on to so many seconds past ten. */
export type Step = LogEvent | { until: number };

export interface Playing {
  /** After which steps the run is stored, and goes on from what was stored. */
  restartAfter?: readonly number[];
}

/** Plays events of one source, as the engine does: the clock moves with each event, before the event is counted. */
export function play(config: RuleConfig, steps: readonly Step[], { restartAfter = [] }: Playing = {}) {
  let run = startRule(config);
  const outputs: Output[] = [];
  let now = Number.NEGATIVE_INFINITY;
  steps.forEach((step, place) => {
    const time = 'until' in step ? ten + step.until * 1000 : step.time;
    if (time > now) {
      now = time;
      run.advance(now, outputs);
    }
    if (!('until' in step)) run.add(step, outputs, true);
    if (!restartAfter.includes(place)) return;
    const stored = unpack(pack(run.snapshot()));
    run = startRule(config);
    run.restore(stored);
  });
  return { run, outputs };
}

const clock = (time: number) => new Date(time).toISOString().slice(11, 19);

/** Each transition as `10:00:05 web-1 active: an event matched`. */
export function told(outputs: readonly Output[]): string[] {
  return outputs.flatMap((output) => {
    if (output.kind !== 'transition') return [];
    const { at, group, to, reason } = output.transition;
    return [`${clock(at)} ${group === '' ? '' : `${group} `}${to}: ${reason}`];
  });
}

/** How often people were told, and that what became of alerts is the same. */
export const notified = (outputs: readonly Output[]) =>
  outputs.flatMap((output) => (output.kind === 'notification' ? [output.notification.transition.to] : []));

export const episodesIn = (outputs: readonly Output[]) =>
  outputs.flatMap((output) => (output.kind === 'episode' ? [output.episode] : []));

export const lastEpisode = (outputs: readonly Output[]) => episodesIn(outputs).at(-1)!;
