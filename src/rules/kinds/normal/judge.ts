import * as z from 'zod';
import { common, lasting, minCount, noData, windows } from '../../../config/schema/rule-settings.ts';
import type { LogEvent, Observation, Output } from '../../../model.ts';
import type { Snapshot } from '../../../util/snapshot.ts';
import { type Condition, parseCondition } from '../../condition.ts';
import { type Amount, all, amountOf } from '../../group.ts';
import { type Judge, type Judgement, noMemory, tooFew } from '../../judge.ts';
import type { RunParts } from '../../run/run.ts';
import { WindowRun, windowParts } from '../../run/window-run.ts';
import { boundsCondition } from '../kind.ts';

export const schema = z.strictObject({
  kind: z.literal('normal').describe('Raises an alert when a numeric field leaves its bounds.'),
  ...common,
  bounds: z
    .record(
      z.string(),
      z.strictObject({
        min: z.number().optional().describe('Lower bound.'),
        max: z.number().optional().describe('Upper bound.'),
      }),
    )
    .describe('Fields and their bounds. Each field of each group has an alert of its own.'),
  statistic: z
    .enum(['avg', 'min', 'max'])
    .default('avg')
    .describe('Value of a window that is compared with the bounds: average, minimum or maximum.'),
  ...windows,
  minCount,
  ...lasting,
  noData,
});

export type NormalConfig = z.infer<typeof schema>;

/** The name of one field of one group: each is an alert of its own. */
function parameterKey(group: string, field: string): string {
  return group === all ? field : `${group}, ${field}`;
}

/** Values in keys have no bare comma, and neither have the names of fields. */
function parameterOf(key: string): string {
  return key.slice(key.lastIndexOf(', ') + 1).trimStart();
}

/** Holds each field against its own bounds. */
class NormalJudge implements Judge {
  readonly #config: NormalConfig;
  readonly #conditions: Map<string, Condition>;

  constructor(config: NormalConfig) {
    this.#config = config;
    this.#conditions = new Map(
      Object.entries(config.bounds).flatMap(([field, given]) => {
        const parsed = parseCondition(boundsCondition(given));
        return 'ok' in parsed ? [[field, parsed.ok] as const] : [];
      }),
    );
  }

  judge(key: string, { value, count }: Observation): Judgement {
    const { statistic, minCount } = this.#config;
    const field = parameterOf(key);
    const condition = this.#conditions.get(field);
    if (condition === undefined)
      return {
        verdict: 'calm',
        reason: 'fields of groups beyond maxGroups are counted together, and not judged',
      };
    if (value === undefined) return { verdict: 'nothing', reason: `there is no figure in ${field}` };
    if (count < minCount) return { verdict: 'few', reason: `${field}: ${tooFew(count, minCount)}` };
    const reason = `${statistic} of ${field}: ${condition.describe(value)}`;
    return { verdict: condition.test(value) ? 'true' : 'calm', reason, measuredBy: condition };
  }

  forgetBefore(): void {}

  snapshot(): Snapshot<null> {
    return noMemory();
  }

  restore(): void {}
}

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
