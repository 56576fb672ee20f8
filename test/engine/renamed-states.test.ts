import { readFileSync } from 'node:fs';
import { unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { schema } from '../../src/config/schema/schema.ts';
import { assembleEngine } from '../../src/engine/assemble-engine.ts';
import { aBatch, aTick, journaled } from '../support/journal/records.ts';

/**
 * A checkpoint that the engine wrote after 45 records, with corrections, before states were renamed: `told`, `toldPeak` and
 * `early.settled` of an alert became `notified`, `writtenPeak` and `early.closed`, `untold` of an episode became `unreported`, `visits`
 * of windows became `updates`, and `settled` of changes and new values became `completed`.
 */
const stored = readFileSync(new URL('../fixtures/checkpoint-words/checkpoint.msgpack', import.meta.url));
const position = 45;
const folder = new URL('../fixtures/checkpoint-0.1/', import.meta.url);
const given = JSON.parse(readFileSync(new URL('rules.json', folder), 'utf8'));
const config = schema.parse({
  parsers: { timestamp: '@timestamp' },
  ...given,
  time: { ...given.time, correctFor: '1h' },
});
const origin = { input: 'lumberjack', address: '127.0.0.1' };
const records = journaled(
  readFileSync(new URL('records.ndjson', folder), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ receivedAt, connection, events }) =>
      events ? aBatch(events, { receivedAt, origin: { ...origin, connection } }) : aTick(receivedAt),
    ),
);
const before = records.filter((record) => record.position <= position);
const after = records.filter((record) => record.position > position);

/** How often each of the old names is a key in it. */
const old = ['told', 'toldPeak', 'settled', 'untold', 'visits'];
function keysIn(value: unknown, counts = new Map<string, number>()): Map<string, number> {
  if (typeof value !== 'object' || value === null) return counts;
  for (const [key, member] of Object.entries(value)) {
    if (!Array.isArray(value)) counts.set(key, (counts.get(key) ?? 0) + 1);
    keysIn(member, counts);
  }
  return counts;
}

/** Without rules about absence: the version before kept less of them, because late events corrected nothing. */
const comparable = (snapshot: object) => {
  const { runs, ...rest } = snapshot as { runs: [name: string, fingerprint: string, run: unknown][] };
  return { ...rest, runs: runs.filter(([, fingerprint]) => !fingerprint.includes('"absence"')) };
};

/** Without the keys that are given, and without the user of a sample, which that release did not keep. */
const without = (value: unknown, isLater: (object: object, key: string) => boolean): unknown =>
  JSON.parse(
    JSON.stringify(value, function (this: object, key, one) {
      return isLater(this, key) || (key === 'user' && '@timestamp' in this) ? undefined : one;
    }),
  );
/** That release kept the sample lines that arrived first, and not those that are first by their times. */
const isOfSamples = (key: string) => ['samples', 'omitted', 'shown'].includes(key);

/**
 * It kept no peaks between recorded windows, which the document of a window has, and no observation of the peak of an alert,
 * which the message of an ended one is about. Whatever else is put out is the same.
 */
const ofOutputs = (outputs: unknown) =>
  without(
    outputs,
    (object, key) =>
      isOfSamples(key) ||
      (key === 'peak' && 'measure' in object && !('status' in object)) ||
      (key === 'message' && 'status' in object && object.status === 'inactive'),
  );
/** It kept neither the definition of a rule nor the span of an episode. */
const ofSnapshot = (snapshot: unknown) =>
  without(
    snapshot,
    (object, key) =>
      isOfSamples(key) ||
      ['definition', 'span', 'peaks', 'peakSeen'].includes(key) ||
      (key === 'reason' && 'observation' in object) ||
      (key === 'message' && 'status' in object && object.status === 'inactive'),
  );

describe('a checkpoint with the former names of states', () => {
  const lasting = () => {
    const engine = assembleEngine(config);
    for (const record of before) engine.process(record);
    return engine;
  };
  const restored = () => {
    const engine = assembleEngine(config);
    engine.restore(unpack(stored));
    return engine;
  };

  it('has them in all places: states, raises before the end of a window, and what is kept for late events', () => {
    const counts = keysIn(unpack(stored));
    for (const name of old) expect(counts.get(name), name).toBeGreaterThan(1);
  });

  it('goes on to the same outputs as a run that was not interrupted', () => {
    const [one, other] = [restored(), lasting()];
    let outputs = 0;
    for (const record of after) {
      const expected = other.process(record);
      outputs += expected.length;
      expect(ofOutputs(one.process(record)), `position ${record.position}`).toEqual(ofOutputs(expected));
    }
    expect(outputs).toBeGreaterThan(100);
  });

  it('is written anew with the present names', () => {
    const snapshot = restored().snapshot();
    expect(ofSnapshot(comparable(snapshot))).toEqual(ofSnapshot(comparable(lasting().snapshot())));
    const counts = keysIn(snapshot);
    for (const name of ['notified', 'writtenPeak', 'closed', 'unreported', 'updates', 'completed'])
      expect(counts.get(name)).toBeGreaterThan(1);
    for (const name of old) expect(counts.get(name), name).toBeUndefined();
  });
});
