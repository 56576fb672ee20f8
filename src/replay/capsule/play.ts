import type { Analysis } from '../../engine/analysis.ts';
import { assembleEngine } from '../../engine/assemble-engine.ts';
import type { JournalRecord, Origin, Transition } from '../../model.ts';
import { blockFrom } from '../merge.ts';
import { transitionLog } from '../replay.ts';
import type { CapsuleRecord } from './format.ts';

const nothing = Buffer.alloc(0);

/** The transition log of the rules on the records of a capsule, line by line. `keys`: secrets of processors, which no capsule holds. */
export function playCapsule(
  records: readonly CapsuleRecord[],
  analysis: Analysis,
  keys?: ReadonlyMap<string, string>,
): string[] {
  const engine = assembleEngine(analysis, keys && { keys });
  const transitions: Transition[] = [];
  for (const record of records) {
    const block =
      record.kind === 'events' ? blockFrom(record.events.map((text) => Buffer.from(text))) : undefined;
    for (const output of engine.process(journalRecord(record), block))
      if (output.kind === 'transition') transitions.push(output.transition);
  }
  const log = transitionLog(
    transitions,
    analysis.rules.map(({ name }) => name),
  );
  return log.split('\n').slice(0, -1);
}

function journalRecord(record: CapsuleRecord): JournalRecord {
  if (record.kind === 'tick') return record;
  const { position, receivedAt, encoding, events } = record;
  const origin = record.origin as Origin;
  return { kind: 'events', position, receivedAt, encoding, origin, count: events.length, payload: nothing };
}
