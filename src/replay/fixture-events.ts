import type { Config } from '../config/schema/schema.ts';
import { LineWrapper } from '../events/index.ts';
import { accessLine, combinedTime } from '../generator/access-line.ts';
import { seededRandom } from '../generator/random.ts';
import type { EventBlock, Millis } from '../model.ts';
import { EventReader } from '../parsers/event.ts';
import type { Entry, Generated } from './fixture.ts';
import { blockFrom } from './merge.ts';

/** Events that arrive together, or a time without events. */
type Step = { block: EventBlock } | { silence: Millis };

export function stepsOf(entries: readonly Entry[]): Step[] {
  return entries.map((entry) => {
    if ('silence' in entry) return { silence: entry.silence };
    if ('lines' in entry) return { block: new LineWrapper(entry.fields).wrap(Buffer.from(entry.lines)) };
    if ('event' in entry) return { block: blockFrom([documentOf(entry.event)]) };
    return { block: blockFrom(inOrder(entry.generate)) };
  });
}

/** Event time of the latest event. It is the default of `now`. */
export function latestOf(steps: readonly Step[], { parsers, time }: Config): Millis {
  // Nothing is ahead of the time that is looked for.
  const reader = new EventReader({ parsers, time: { zone: time.zone } });
  let latest = 0;
  for (const step of steps) {
    if (!('block' in step)) continue;
    reader.open(step.block, { origin: { input: 'test', connection: 'test', address: '' }, receivedAt: 0 });
    for (let event = reader.next(); event; event = reader.next()) {
      if (event.problem === undefined && event.time > latest) latest = event.time;
    }
  }
  return latest;
}

function inOrder(generators: readonly Generated[]): Buffer[] {
  const all = generators.flatMap(generated);
  return all.sort((one, other) => one.at - other.at).map(({ document }) => document);
}

function generated(settings: Generated): { at: Millis; document: Buffer }[] {
  const random = seededRandom(settings.seed);
  return Array.from({ length: settings.count }, (_, index) => {
    const at = Math.round(settings.from + index * settings.every);
    const message =
      settings.line === undefined ? accessLine(random, at, settings) : filledIn(settings.line, at, index + 1);
    const sent = { '@timestamp': new Date(at).toISOString(), message, ...settings.fields };
    return { at, document: documentOf(sent) };
  });
}

function filledIn(line: string, at: Millis, n: number): string {
  const values = { iso: new Date(at).toISOString(), time: combinedTime(at), n: String(n) };
  return line.replace(/\{(iso|time|n)\}/g, (_, name: keyof typeof values) => values[name]);
}

const documentOf = (event: object) => Buffer.from(JSON.stringify(event));
