import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { open } from 'lmdb';
import { beforeEach, describe, expect, it } from 'vitest';
import { ruleSchema } from '../../src/config/schema/rules.ts';
import { schema } from '../../src/config/schema/schema.ts';
import { assembleEngine } from '../../src/engine/assemble-engine.ts';
import type { JournalRecord, Output } from '../../src/model.ts';
import type { Checkpoint } from '../../src/readers/checkpoints.ts';
import { Results } from '../../src/readers/results.ts';
import { lmdbOptions } from '../../src/util/lmdb.ts';
import { aFolder } from '../support/folder.ts';
import { aBatch, aTick, journaled } from '../support/journal/records.ts';

const folder = fileURLToPath(new URL('../fixtures/checkpoint-0.1', import.meta.url));
const textOf = (name: string) => readFileSync(join(folder, name), 'utf8');
const linesOf = (name: string) =>
  textOf(name)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const given = JSON.parse(textOf('rules.json'));
/** Late events could not correct anything then. */
const time = { ...given.time, correctFor: '0s' };
const config = schema.parse({ parsers: { timestamp: '@timestamp' }, ...given, time });
const anEngine = () => assembleEngine(config);

const origin = { input: 'lumberjack', address: '127.0.0.1' };
const records: JournalRecord[] = journaled(
  linesOf('records.ndjson').map(({ receivedAt, connection, events }) =>
    events ? aBatch(events, { receivedAt, origin: { ...origin, connection } }) : aTick(receivedAt),
  ),
);

/** The checkpoint as the analyser reads it, from a database into which the fixture's bytes were put. */
async function checkpointOnDisk(): Promise<Checkpoint> {
  const path = aFolder();
  const meta = (encoding: 'binary' | 'msgpack') =>
    open({ path: join(path, 'results.mdb'), ...lmdbOptions, maxDbs: 4 }).openDB({ name: 'meta', encoding });
  const raw = meta('binary');
  await raw.put('checkpoint', readFileSync(join(folder, 'checkpoint.msgpack')));
  await raw.close();
  const written = meta('msgpack');
  await written.put('journal', 'j');
  await written.close();
  const results = new Results(path, 'j');
  const checkpoint = results.checkpoint()!;
  await results.close();
  return checkpoint;
}

/**
 * The release did not know when what it raised early was decided, it notified otherwise of what was raised early, and it kept
 * otherwise when a shipper was seen, of which the messages of absence tell. It kept no peaks of windows,
 * and of episodes neither all their windows nor what the rule was.
 */
const otherwiseKept = [
  'decided',
  'detected',
  'announced',
  'notify',
  'samples',
  'omitted',
  'shown',
  'shippers',
  'message',
  'peaks',
  'peakSeen',
  'span',
  'definition',
];
const withoutDecided = (state: object): unknown =>
  JSON.parse(
    JSON.stringify(state, function (this: object, key, value) {
      const isReasonOfRaise = key === 'reason' && 'observation' in this;
      return otherwiseKept.includes(key) || isReasonOfRaise ? undefined : value;
    }),
  );

const withoutPeak = (output: Output): Output =>
  output.kind === 'window'
    ? { kind: 'window', window: { ...output.window, peak: undefined } as never }
    : output;

type Named = [position: number, kind: Output['kind'], name: string];

/** What stays of an output when its words are written otherwise. */
function nameOf(output: Output): string {
  switch (output.kind) {
    case 'window': {
      const { rule, group, start, value } = output.window;
      return `${rule} ${group} ${start} ${value}`;
    }
    case 'transition':
      return `${output.transition.rule} ${output.transition.id} ${output.transition.to}`;
    case 'episode':
      return `${output.episode.rule} ${output.episode.id} ${output.episode.revision}`;
    case 'notification':
      return `${output.notification.transition.rule} ${output.notification.id}`;
    case 'document':
      return output.item.id;
  }
}

/**
 * Rules that decide otherwise since 0.1, whose checkpoint therefore cannot lead to equal outputs: percentiles are exact now and were
 * estimates, `for` and `keepActiveFor` count from the end of a window, and a value that changes counts by its first and its last
 * event in a tenth of `quiet`.
 */
const changed = new Set<string>(
  config.rules.flatMap((rule) => {
    const isEstimate = 'measure' in rule && /^percentile/.test(`${rule.measure}`);
    const holds = ('for' in rule && rule.for > 0) || ('keepActiveFor' in rule && rule.keepActiveFor > 0);
    return isEstimate || holds || rule.kind === 'change' ? [rule.name] : [];
  }),
);
/** Kinds whose state has another form now. */
const isKeptOtherwise = (name: string) =>
  config.rules.some((rule) => rule.name === name && ['new-term', 'absence'].includes(rule.kind));
const isComparable = (name: string) => !changed.has(name.split(' ')[0]!);

const literalOf = (kind: unknown) => (kind as { value: string }).value;

describe('the checkpoint of release 0.1', () => {
  let checkpoint: Checkpoint;
  const remaining = () => records.filter(({ position }) => position > checkpoint.position);
  const outputsOf = (engine: ReturnType<typeof anEngine>, some: JournalRecord[]) =>
    some.flatMap((record) => engine.process(record).map((output) => [record.position, output] as const));
  const named = (outputs: ReturnType<typeof outputsOf>) =>
    outputs.map(([position, output]): Named => [position, output.kind, nameOf(output)]);

  beforeEach(async () => {
    checkpoint = await checkpointOnDisk();
  });

  const restored = () => {
    const engine = anEngine();
    engine.restore(checkpoint.state);
    return engine;
  };

  it('goes on to the outputs that the release itself put out', () => {
    const expected: Named[] = linesOf('outputs.ndjson');
    const comparable = ([, , name]: Named) => isComparable(name);
    expect(named(outputsOf(restored(), remaining())).filter(comparable)).toEqual(expected.filter(comparable));
  });

  it('goes on to the same outputs as a run that was not interrupted', () => {
    const lasting = anEngine();
    outputsOf(lasting, records.slice(0, checkpoint.position));
    const comparable = (outputs: ReturnType<typeof outputsOf>) =>
      withoutDecided(
        outputs
          .filter(([, output]) => isComparable(nameOf(output)))
          .map(([position, output]) => [position, withoutPeak(output)]),
      );
    expect(comparable(outputsOf(restored(), remaining()))).toEqual(
      comparable(outputsOf(lasting, remaining())),
    );
  });

  it('is the snapshot that the present engine takes at the same place', () => {
    const lasting = anEngine();
    outputsOf(lasting, records.slice(0, checkpoint.position));
    const comparable = (engine: ReturnType<typeof anEngine>) => {
      // The release did not know the states of sources.
      const {
        runs,
        sources: _,
        ...rest
      } = engine.snapshot() as {
        runs: [string, string, unknown][];
        sources: unknown;
      };
      return withoutDecided({
        ...rest,
        runs: runs.filter(([name]) => isComparable(name) && !isKeptOtherwise(name)),
      });
    };
    expect(comparable(restored())).toEqual(comparable(lasting));
  });

  it('matters to every rule: without it none of them puts out the same', () => {
    const byRule = (outputs: ReturnType<typeof outputsOf>, rule: string) =>
      outputs.filter(([, output]) => nameOf(output).startsWith(`${rule} `));
    const expected = outputsOf(restored(), remaining());
    const fresh = outputsOf(anEngine(), remaining());
    for (const { name } of config.rules) {
      expect(byRule(expected, name), name).not.toEqual([]);
      expect(byRule(fresh, name), name).not.toEqual(byRule(expected, name));
    }
  });

  it('has a rule of every kind that the release had', () => {
    const later = ['slo'];
    const kinds = ruleSchema.options
      .map(({ shape }) => shape.kind.safeParse(undefined).data ?? literalOf(shape.kind))
      .filter((kind) => !later.includes(kind));
    expect(new Set(config.rules.map(({ kind }) => kind))).toEqual(new Set(kinds));
  });
});
