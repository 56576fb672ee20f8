import type { Fields } from '../../model.ts';
import { clausesOf, type QueryClause } from '../../rules/kql/clauses.ts';
import { HeavyHitters } from '../../util/heavy-hitters.ts';
import { presentValues } from '../../util/levels.ts';

/** How often one part of a rule's filter did not match, and what events had instead. */
export interface ClauseFinding {
  clause: string;
  /** Events that it did not match. */
  failed: number;
  /** Events that all other parts matched. */
  alone: number;
  /** What its fields were in the events that it did not match; the most frequent values first. */
  found: FoundValues[];
}

interface FoundValues {
  field: string;
  /** Events without the field. */
  absent: number;
  values: { value: string; events: number }[];
}

const longestValue = 120;
const valuesHeld = 200;
const valuesShown = 5;
const mostFields = 3;

interface Gathered {
  clause: QueryClause;
  failed: number;
  alone: number;
  found: { field: string; absent: number; values: HeavyHitters }[];
}

/** Counts for each part of a filter the events that it did not match. Memory is bounded. */
export class ClauseCensus {
  readonly #clauses: Gathered[];
  events = 0;
  /** Events that all parts matched. */
  matched = 0;

  /** Throws `KQL_SYNTAX`. */
  constructor(where: string) {
    this.#clauses = clausesOf(where).map((clause) => ({
      clause,
      ...{ failed: 0, alone: 0 },
      found: clause.fields
        .slice(0, mostFields)
        .map((field) => ({ field, absent: 0, values: new HeavyHitters(valuesHeld) })),
    }));
  }

  note(event: Fields): void {
    this.events += 1;
    const failed = this.#clauses.filter(({ clause }) => !clause.test(event));
    if (failed.length === 0) this.matched += 1;
    for (const gathered of failed) {
      gathered.failed += 1;
      if (failed.length === 1) gathered.alone += 1;
      for (const { field, values } of gathered.found) addValues(gathered, field, values, event);
    }
  }

  /** The part that most events failed alone is first: it is the one to look at. */
  get findings(): ClauseFinding[] {
    return this.#clauses
      .map(({ clause, failed, alone, found }) => ({
        ...{ clause: clause.text, failed, alone },
        found: found.map(({ field, absent, values }) => ({
          ...{ field, absent },
          values: values.top(valuesShown).map(({ value, events }) => ({ value, events })),
        })),
      }))
      .sort((a, b) => b.alone - a.alone || b.failed - a.failed);
  }
}

function addValues({ found }: Gathered, field: string, values: HeavyHitters, event: Fields): void {
  const present = presentValues(event.get(field));
  if (present.length === 0) found.find((one) => one.field === field)!.absent += 1;
  for (const value of present) values.add(String(value).slice(0, longestValue));
}

/** `log.level: ERROR` did not match 412 of 500 events: `log.level` is `info` in 400, `debug` in 12. */
export function clauseSentence({ clause, failed, found }: ClauseFinding, events: number): string {
  const parts = found.map(({ field, absent, values }) => {
    const all = [
      ...values.map(({ value, events: count }) => `\`${value}\` in ${count}`),
      ...(absent > 0 ? [`absent in ${absent}`] : []),
    ];
    return `\`${field}\` is ${all.join(', ')}`;
  });
  const instead = parts.length === 0 ? '' : `: ${parts.join('; ')}`;
  return `\`${clause}\` did not match ${failed} of ${events} events${instead}.`;
}
