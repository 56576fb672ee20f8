import { type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import type { Attempt, Notifier, NotifierError } from '../../src/notifiers/notifier.ts';
import { createNotifiers } from '../../src/notifiers/notifiers.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';

/** A notifier with these settings, as a configuration would create it. */
export function aNotifier(
  config: NonNullable<ConfigInput['notifiers']>[string],
  people: ConfigInput['people'] = {},
): Notifier {
  const parsed = schema.parse({ notifiers: { ops: config }, people });
  const { log } = silentInstruments();
  return createNotifiers(parsed.notifiers, { log, people: parsed.people }).get('ops')!;
}

/** A first attempt without an end. */
export const anAttempt = (changes: Partial<Attempt> = {}): Attempt => ({
  signal: new AbortController().signal,
  reached: [],
  ...changes,
});

/** The error that an attempt ends with; undefined where it succeeds. */
export const failure = (sending: Promise<unknown>): Promise<NotifierError | undefined> =>
  sending.then(
    () => undefined,
    (error) => error,
  );
