import { pino } from 'pino';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { parsers } from '../../src/config/schema/parsers.ts';
import { secretsOf } from '../../src/config/secrets.ts';
import { analysisOf } from '../../src/engine/analysis.ts';
import { assembleEngine } from '../../src/engine/assemble-engine.ts';
import { EventReader } from '../../src/parsers/event.ts';
import { keysOf, ProcessorChain, processorProblems, withoutKeys } from '../../src/processors/chain.ts';
import { processingTelemetry } from '../../src/telemetry/components/processing.ts';
import { load } from '../support/config.ts';
import { batch, blockOf } from '../support/events.ts';
import { configured, readerWith } from './support.ts';

const problemsOf = (processors: string) =>
  load({ yaml: `processors: ${processors}`, checks: [processorProblems] }).problems;

describe('counts of processors', () => {
  it('say what each did, in metrics and status, and the log names a failure', async () => {
    const metrics = new Registry();
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const telemetry = processingTelemetry({ log, metrics });
    const reader = readerWith(
      [
        { kind: 'drop', name: 'health', if: 'path : "/health"' },
        { kind: 'convert', fields: { n: 'integer' } },
      ],
      telemetry,
    );
    reader.open(blockOf('{"path":"/health"}', '{"n":"1"}', '{"n":"x"}', '{"n":"y"}', 'broken', '{}'), batch);
    let read = 0;
    while (reader.next()) read += 1;
    expect(read).toBe(5);
    expect(telemetry.counts()).toEqual({
      health: { changed: 0, leftOut: 1, failed: 0 },
      'convert-2': { changed: 1, leftOut: 0, failed: 2, failure: '`n` is no integer' },
    });
    const text = await metrics.metrics();
    expect(text).toContain('logboom_processor_events_total{processor="health",outcome="left-out"} 1');
    expect(text).toContain('logboom_processor_events_total{processor="convert-2",outcome="failed"} 2');
    expect(lines.filter((line) => line.includes('convert-2 failed'))).toHaveLength(1);
  });
});

describe('a configuration of processors', () => {
  it.each<[what: string, yaml: string, path: string, message: RegExp]>([
    [
      'an unknown kind',
      '[{ kind: dorp }]',
      'processors[0].kind',
      /not one of the allowed values; did you mean `drop`/,
    ],
    ['a query that is none', '[{ kind: drop, if: "a : (" }]', 'processors[0].if', /./],
    ['keep without a condition', '[{ kind: keep }]', 'processors[0].if', /needs a condition/],
    ['an unknown input', '[{ kind: drop, inputs: [web] }]', 'processors[0].inputs', /no input `web`/],
    ['a pattern without a key', '[{ kind: dissect, pattern: x }]', 'processors[0].pattern', /no key/],
    [
      'keys without a delimiter',
      '[{ kind: dissect, pattern: "%{a}%{b}" }]',
      'processors[0].pattern',
      /no delimiter/,
    ],
    [
      'an expression that is none',
      '[{ kind: mask, pattern: "(" }]',
      'processors[0].pattern',
      /not a regular expression/,
    ],
    ['a hash without a key', '[{ kind: hash, fields: [a] }]', 'processors[0].key', /missing/],
    [
      'a rate over no time',
      '[{ kind: rateLimit, events: 1, per: 0s }]',
      'processors[0].per',
      /more than nothing/,
    ],
    [
      'a decision behind a change',
      '[{ kind: lowercase, fields: [a] }, { kind: sample, share: 0.1 }]',
      'processors[1].kind',
      /decides before the journal/,
    ],
    [
      'two of one name',
      '[{ kind: drop, if: a, name: x }, { kind: drop, if: b, name: x }]',
      'processors[1].name',
      /two processors/,
    ],
  ])('names %s', (_, yaml, path, message) => {
    expect(problemsOf(yaml)).toMatchObject([{ path, message: expect.stringMatching(message) }]);
  });

  it('may be empty, and is valid with one of each kind', () => {
    expect(problemsOf('[]')).toEqual([]);
    const all = `[{ kind: sample, share: 0.5 }, { kind: deduplicate }, { kind: rateLimit, events: 5 }, { kind: drop, if: "a : 1" },
      { kind: keep, if: "a : *" }, { kind: rename, fields: { a: b } }, { kind: add, fields: { c: d } }, { kind: remove, fields: [e] },
      { kind: convert, fields: { f: ip } }, { kind: date, field: g }, { kind: dissect, pattern: "%{h}" }, { kind: split, field: i },
      { kind: lowercase, fields: [j] }, { kind: hash, fields: [k], key: l }, { kind: mask, pattern: m }]`;
    expect(problemsOf(all)).toEqual([]);
  });
});

describe('a key', () => {
  const secret = 'very secret';
  const config = configured({ kind: 'hash', fields: ['a'], key: secret });

  it('is not written to disk with the analysis, and is needed to go on by it', () => {
    const { config: whole } = load({ yaml: `processors: [{ kind: hash, fields: [a], key: ${secret} }]` });
    const analysis = analysisOf(whole!);
    expect(JSON.stringify(analysis)).not.toContain(secret);
    expect(() => assembleEngine(analysis)).toThrow(/no longer known/);
    expect(() => assembleEngine(analysis, { keys: keysOf(whole!.processors) })).not.toThrow();
  });

  it('gives the same pseudonyms by its fingerprint', () => {
    const hashed = [config, withoutKeys(config), withoutKeys(withoutKeys(config))].map((one) => {
      const chain = ProcessorChain.of(one, { zone: 'UTC', keys: keysOf(config) });
      const reader = new EventReader({
        parsers: parsers.parse({}),
        time: { zone: 'UTC' },
        processors: chain,
      });
      reader.open(blockOf('{"a":"bob"}'), batch);
      return reader.next()!.get('a');
    });
    expect(hashed[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(hashed).size).toBe(1);
  });

  it('is removed from the log', () => {
    const { config: whole } = load({ yaml: `processors: [{ kind: hash, fields: [a], key: ${secret} }]` });
    expect(secretsOf(whole!)).toContain(secret);
  });
});
