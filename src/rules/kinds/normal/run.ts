import type { KindConfig } from '../../../config/schema/rules.ts';
import type { LogEvent, Output } from '../../../model.ts';
import { amountOf } from '../../measure.ts';
import { parameterKey } from './judge.ts';
import { WindowRun, type WindowRunParts } from '../../run/window-run.ts';

interface NormalRunParts extends WindowRunParts {
  config: KindConfig<'normal'>;
}

/** A rule that watches several figures of an event, each with windows of its own. */
export class NormalRun extends WindowRun<NormalRunParts> {
  readonly #figures: { field: string; amount: ReturnType<typeof amountOf> }[];

  constructor(parts: NormalRunParts) {
    super(parts);
    this.#figures = Object.keys(parts.config.bounds).map((field) => ({
      field,
      amount: amountOf({ kind: 'avg', field }),
    }));
  }

  add(event: LogEvent, _outputs: Output[]): void {
    const { rule, alerts, book, observer } = this.parts;
    if (!rule.filter(event)) return;
    const group = rule.key(event);
    const isLate = !(event.time >= alerts.closedThrough);
    // However many figures it has, it is one late event.
    if (isLate) alerts.late += 1;
    for (const { field, amount } of this.#figures) {
      const figure = amount(event);
      if (figure === undefined) {
        const key = { rule: this.name, group: parameterKey(group, field) };
        if (observer !== undefined) observer.took?.({ ...key, event, amount: undefined, outcome: 'missing' });
        continue;
      }
      if (isLate) {
        book.late(parameterKey(group, field), event.time, alerts.closedThrough);
        continue;
      }
      const by = () => ({ ...rule.group(event).by, parameter: field });
      alerts.put(event.time, parameterKey(group, field), figure, event, by);
    }
  }
}
