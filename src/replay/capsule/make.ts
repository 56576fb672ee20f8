import type { Config } from '../../config/schema/schema.ts';
import type { Analysis } from '../../engine/analysis.ts';
import { LogboomError } from '../../errors.ts';
import { closePayload, openPayload } from '../../journal/record.ts';
import type { JournalRecord, Millis, Position } from '../../model.ts';
import { keysOf } from '../../processors/chain.ts';
import { version } from '../../util/files.ts';
import { sizeText } from '../../util/text.ts';
import { journalRecords } from '../backtest.ts';
import { questionFrom, spanOf, withoutGeneration } from '../explain/question.ts';
import { ruleThen } from '../rule-then.ts';
import { type Stage, StagedEngine } from '../staged-engine.ts';
import type { Capsule, CapsuleRecord } from './format.ts';
import { Masking, type MaskingOptions } from './masking.ts';
import { playCapsule } from './play.ts';

/** What of a journal belongs to an alert. */
interface Found {
  /** The transitions of the alert, as JSON texts. */
  transitions: string[];
  /** The record with its last transition. */
  last: Position;
  /** The event clock after each record, oldest first. */
  clock: { position: Position; now: Millis }[];
  /** Start of the first window of the alert. */
  start: Millis;
}

const mostBytes = 256 * 2 ** 20;

/**
 * Makes the capsule of an alert: the shortest slice of the journal that was tried on which its rule raises it by the same transitions. Rejects with
 * `NOT_EXPLAINABLE` where the journal does not hold the alert.
 */
export async function makeCapsule(id: string, config: Config, masking: MaskingOptions): Promise<Capsule> {
  const { alert, rule: name } = questionFrom({ alert: id }) as { alert: string; rule: string };
  const { settings: rule, stages, raisedBy } = await ruleThen({ id: alert, rule: name }, config);
  const { analysis } = raisedBy;
  const keys = keysOf(config.processors);
  const found = await findAlert(alert, stages, { data: config.data, keys });
  const first = withoutGeneration(alert);
  for (const reach of [2, 8, 64, Number.POSITIVE_INFINITY]) {
    const from = firstAfter(found, found.start - reach * (spanOf(rule) + rule.lateness));
    const records = await sliceOf(config.data, Math.max(from, raisedBy.after + 1), found.last);
    const played = playCapsule(records, analysis, keys).filter((line) => isOf(line, first));
    if (played.join('\n') === found.transitions.join('\n').replaceAll(alert, first))
      return masked({ alert: first, analysis, records, found, masking });
  }
  throw new LogboomError(
    'NOT_EXPLAINABLE',
    `The journal no longer holds all events on which ${alert} depends.`,
  );
}

/** Whether a line of a transition log is of the alert. */
const isOf = (line: string, alert: string) => (JSON.parse(line) as { episode: string }).episode === alert;

async function findAlert(
  alert: string,
  stages: readonly Stage[],
  { data, keys }: { data: string; keys: ReadonlyMap<string, string> },
): Promise<Found> {
  const staged = new StagedEngine(stages, { keys });
  const found: Found = { transitions: [], last: 0, clock: [], start: Number.POSITIVE_INFINITY };
  for await (const { record } of journalRecords(data)) {
    // A capsule has one rule, so the alert does not end by a reload in it.
    staged.reload(record);
    for (const output of staged.process(record)) {
      if (output.kind !== 'transition' || output.transition.episode !== alert) continue;
      found.transitions.push(JSON.stringify(output.transition));
      found.last = record.position;
      found.start = Math.min(found.start, output.transition.window.start);
    }
    found.clock.push({ position: record.position, now: staged.engine.now });
  }
  if (found.transitions.length > 0) return found;
  throw new LogboomError('NOT_EXPLAINABLE', `The journal holds nothing about the alert ${alert}.`);
}

/** Position of the first record after which the event clock stood at that time or later. */
function firstAfter({ clock }: Found, time: Millis): Position {
  return clock.find(({ now }) => now >= time)?.position ?? clock[0]!.position;
}

async function sliceOf(data: string, from: Position, to: Position): Promise<CapsuleRecord[]> {
  const records: CapsuleRecord[] = [];
  let bytes = 0;
  for await (const { record } of journalRecords(data)) {
    if (record.position < from || record.position > to) continue;
    const packed = packedRecord(record);
    if (packed === undefined) continue;
    bytes += packed.kind === 'events' ? packed.events.reduce((sum, { length }) => sum + length, 0) : 0;
    if (bytes > mostBytes)
      throw new LogboomError(
        'NOT_EXPLAINABLE',
        `The events on which the alert depends are larger than ${sizeText(mostBytes)}, which is the limit of a capsule.`,
      );
    records.push(packed);
  }
  return records;
}

/** Undefined for a batch that cannot be read: the engine passes over it, too. */
function packedRecord(record: JournalRecord): CapsuleRecord | undefined {
  const { position, receivedAt } = record;
  if (record.kind === 'tick') return { kind: 'tick', position, receivedAt };
  const { encoding, origin } = record;
  if (encoding === 'damaged') return undefined;
  try {
    const block = openPayload(record);
    const { bytes, spans, count } = block;
    const events = Array.from({ length: count }, (_, at) =>
      bytes.toString('utf8', spans[2 * at]!, spans[2 * at + 1]!),
    );
    closePayload(record, block);
    return { kind: 'events', position, receivedAt, encoding, origin: { ...origin }, events };
  } catch {
    return undefined;
  }
}

interface Unmasked {
  alert: string;
  analysis: Analysis;
  records: readonly CapsuleRecord[];
  found: Found;
  masking: MaskingOptions;
}

/** The rules are played on what is masked, so that the capsule is equal to itself. */
function masked({ alert, analysis, records: plain, found, masking }: Unmasked): Capsule {
  const mask = new Masking(masking);
  const records = plain.map((record): CapsuleRecord => {
    if (record.kind === 'tick') return record;
    const { connection, address } = record.origin;
    const origin = { ...record.origin, connection: mask.text(connection), address: mask.text(address) };
    return { ...record, origin, events: record.events.map((event) => mask.event(event)) };
  });
  const expected = playCapsule(records, analysis);
  return {
    ...{ capsule: 1, version },
    alert: expected.some((line) => isOf(line, alert)) ? alert : (episodeIn(expected, found) ?? alert),
    masked: masking.addresses ? ['secrets', 'addresses'] : ['secrets'],
    ...{ analysis, records },
    expected,
  };
}

/** The alert whose group was masked: the one that began at the same time. */
function episodeIn(expected: readonly string[], { transitions }: Found): string | undefined {
  const { at, to } = JSON.parse(transitions[0]!) as { at: Millis; to: string };
  const lines = expected.map((line) => JSON.parse(line) as { at: Millis; to: string; episode: string });
  return lines.find((line) => line.at === at && line.to === to)?.episode;
}
