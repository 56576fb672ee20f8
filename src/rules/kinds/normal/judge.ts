import type { Observation } from '../../../model.ts';
import type { Snapshot } from '../../../util/snapshot.ts';
import { type Condition, parseCondition } from '../../condition.ts';
import { all } from '../../group.ts';
import { type Judge, type Judgement, noMemory, tooFew } from '../../judge.ts';
import { boundsCondition } from '../settings.ts';
import type { NormalConfig } from './schema.ts';

/** The name of one field of one group: each is an alert of its own. */
export function parameterKey(group: string, field: string): string {
  return group === all ? field : `${group}, ${field}`;
}

/** Values in keys have no bare comma, and neither have the names of fields. */
function parameterOf(key: string): string {
  return key.slice(key.lastIndexOf(', ') + 1).trimStart();
}

/** Holds each field against its own bounds. */
export class NormalJudge implements Judge {
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
