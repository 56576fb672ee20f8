import { createHash } from 'node:crypto';
import { type Problem, problem } from '../config/load/problems.ts';
import {
  isAtGate,
  type ProcessorConfig,
  processorName,
  type StepConfig,
} from '../config/schema/processors.ts';
import type { Config } from '../config/schema/schema.ts';
import { LogboomError, messageOf } from '../errors.ts';
import type { ReadEvent, ReaderOptions } from '../parsers/event.ts';
import { compileQuery, type Predicate } from '../rules/kql/compile.ts';
import type { ProcessingTelemetry } from '../telemetry/components/processing.ts';
import { ProcessedEvent } from './processed-event.ts';
import { type Applied, type Step, stepOf } from './steps.ts';

interface Link {
  name: string;
  kind: StepConfig['kind'];
  applies: (event: ProcessedEvent) => boolean;
  step: Step;
}

interface ChainOptions {
  zone: string;
  /** Secrets by their fingerprints, for a configuration that holds fingerprints. */
  keys?: ReadonlyMap<string, string> | undefined;
  /** Where this reader counts: one of those that process the same events. */
  telemetry?: ProcessingTelemetry | undefined;
}

/**
 * The processors of events that are in the journal, in their order. What they do depends on the event and the configuration alone, so every
 * reader and every replay does the same. A failure is a tag of the event, and the next processor goes on.
 */
export class ProcessorChain {
  readonly #links: readonly Link[];
  readonly #telemetry: ProcessingTelemetry | undefined;

  /** Throws where a processor cannot be made. */
  constructor(config: readonly ProcessorConfig[], options: ChainOptions) {
    this.#telemetry = options.telemetry;
    this.#links = config.flatMap((one, place) => (isAtGate(one) ? [] : [linkOf(one, place, options)]));
  }

  /** Undefined where nothing is configured, so that events pass without a step more. */
  static of(
    config: readonly ProcessorConfig[] | undefined,
    options: ChainOptions,
  ): ProcessorChain | undefined {
    // An analysis that an older logboom left on disk has no such setting.
    return config?.some((one) => !isAtGate(one)) ? new ProcessorChain(config, options) : undefined;
  }

  eventFor(options: ReaderOptions): ReadEvent {
    return new ProcessedEvent(options);
  }

  /** Returns false where the event is left out. `event` is one that `eventFor` made. */
  process(event: ReadEvent): boolean {
    if (event.problem !== undefined || !(event instanceof ProcessedEvent)) return true;
    for (const link of this.#links) {
      if (!link.applies(event)) continue;
      const applied = apply(link, event);
      if (applied === 'left-out') {
        this.#telemetry?.processed(link.name, 'left-out');
        return false;
      }
      if (applied === 'unchanged') continue;
      if (applied === 'changed') this.#telemetry?.processed(link.name, 'changed');
      else this.#failed(link, event, applied.failure);
    }
    return true;
  }

  #failed({ name }: Link, event: ProcessedEvent, failure: string): void {
    event.changes.failure ??= `${name}: ${failure}`;
    this.#telemetry?.failed(name, failure);
  }
}

/** An error of a processor is a failure for this event, and for no other. */
function apply({ step }: Link, event: ProcessedEvent): Applied {
  try {
    return step(event);
  } catch (error) {
    return { failure: messageOf(error) };
  }
}

function linkOf(config: StepConfig, place: number, { zone, keys }: ChainOptions): Link {
  const keyOf = (written: string) => {
    const key = keys?.get(written) ?? written;
    if (!isFingerprint(key)) return key;
    throw new LogboomError('CONFIG_INVALID', 'The key of a processor of the kind `hash` is no longer known.');
  };
  return {
    name: processorName(config, place),
    kind: config.kind,
    applies: applies(config),
    step: stepOf(config, { zone, keyOf }),
  };
}

/** Whether a processor applies to an event: by its input, and by its condition. */
function applies(config: StepConfig): Link['applies'] {
  const test = conditionOf(config);
  const { inputs } = config;
  if (inputs.length === 0) return test;
  return (event) => inputs.includes(event.batch.origin.input) && test(event);
}

function conditionOf(config: StepConfig): Predicate {
  const test = config.if === undefined ? () => true : compileQuery(config.if);
  return config.kind === 'keep' ? (event) => !test(event) : test;
}

const fingerprintStart = 'fingerprint:';
const isFingerprint = (text: string) => text.startsWith(fingerprintStart);
const fingerprintOf = (key: string) =>
  isFingerprint(key)
    ? key
    : `${fingerprintStart}${createHash('sha256').update(`logboom ${key}`).digest('hex').slice(0, 16)}`;

/** The processors as they may be written to disk: with fingerprints in place of secrets. */
export const withoutKeys = (config: readonly ProcessorConfig[]): ProcessorConfig[] =>
  config.map((one) => (one.kind === 'hash' ? { ...one, key: fingerprintOf(one.key) } : one));

/** The secrets by their fingerprints. */
export function keysOf(config: readonly ProcessorConfig[]): Map<string, string> {
  return new Map(config.flatMap((one) => (one.kind === 'hash' ? [[fingerprintOf(one.key), one.key]] : [])));
}

/** What cannot work in the processors, for people to read before a start. */
export function processorProblems({ processors, inputs, time }: Config): Problem[] {
  const known = ['lumberjack', ...[...inputs.files, ...inputs.network].map(({ name }) => name)];
  return processors.flatMap((config, place) => {
    const at = (...rest: string[]) => ['processors', place, ...rest];
    const found = [
      ...config.inputs
        .filter((name) => !known.includes(name))
        .map((name) =>
          problem(at('inputs'), `There is no input \`${name}\`.`, `Known inputs: ${known.join(', ')}.`),
        ),
      ...(config.kind === 'keep' && config.if === undefined
        ? [problem(at('if'), '`keep` needs a condition.', 'Write as KQL which events are kept.')]
        : []),
      ...(isAtGate(config) && processors.slice(0, place).some((before) => !isAtGate(before))
        ? [
            problem(
              at('kind'),
              `\`${config.kind}\` decides before the journal, and stands behind a processor that comes after it.`,
              'Put `sample`, `deduplicate` and `rateLimit` before all others.',
            ),
          ]
        : []),
      ...sameName(processors, place),
    ];
    return [...found, ...unusable(config, place, time.zone)];
  });
}

function sameName(processors: readonly ProcessorConfig[], place: number): Problem[] {
  const name = processorName(processors[place]!, place);
  if (!processors.slice(0, place).some((other, index) => processorName(other, index) === name)) return [];
  const message = `There are two processors with the name \`${name}\`.`;
  return [problem(['processors', place, 'name'], message, 'Give one of them another name.')];
}

/** A query or a pattern that cannot be compiled. */
function unusable(config: ProcessorConfig, place: number, zone: string): Problem[] {
  const settings = {
    if: () => config.if !== undefined && compileQuery(config.if),
    ...stepCheck(config, zone),
  };
  return Object.entries(settings).flatMap(([setting, make]) => {
    try {
      make();
      return [];
    } catch (error) {
      const remedy = setting === 'if' ? 'Write KQL as in Kibana.' : 'Correct the pattern.';
      return [problem(['processors', place, setting], messageOf(error), remedy)];
    }
  });
}

const stepCheck = (config: ProcessorConfig, zone: string): Record<string, () => unknown> =>
  isAtGate(config) ? {} : { pattern: () => stepOf(config, { zone, keyOf: (key) => key }) };
