import type { LogEvent, Output } from '../../../model.ts';
import { type Amount, amountOf } from '../../group.ts';
import type { RunParts } from '../../run/run.ts';
import { WindowRun, windowParts } from '../../run/window-run.ts';
import { NormalJudge, parameterKey } from './judge.ts';
import type { NormalConfig } from './schema.ts';

/** Counts several numeric fields of an event, each in windows of its own. */
export class NormalRun extends WindowRun {
  readonly #fields: { field: string; amount: Amount }[];

  constructor(parts: RunParts<NormalConfig>) {
    super(windowParts(parts, () => new NormalJudge(parts.config)));
    this.#fields = Object.keys(parts.config.bounds).map((field) => ({
      field,
      amount: amountOf({ kind: 'avg', field }),
    }));
  }

  add(event: LogEvent, _outputs: Output[]): void {
    const { rule, alerts, book, observer } = this.parts;
    if (!rule.filter(event)) return;
    const group = rule.key(event);
    const isLate = !(event.time >= alerts.closedThrough);
    let isLost = false;
    for (const { field, amount } of this.#fields) {
      const number = amount(event);
      if (number === undefined) {
        const key = { rule: this.name, group: parameterKey(group, field) };
        if (observer !== undefined)
          observer.counted?.({ ...key, event, amount: undefined, outcome: 'missing' });
        continue;
      }
      const key = parameterKey(group, field);
      const by = () => ({ ...rule.group(event).by, parameter: field });
      if (!isLate) alerts.add(event.time, key, number, event, by);
      else if (!alerts.takeLate(event.time, key, number, event, by)) {
        isLost = true;
        book.countLate(key, event.time, alerts.closedThrough);
      }
    }
    // However many fields it has, it is one late event.
    if (isLost) alerts.late += 1;
  }
}
