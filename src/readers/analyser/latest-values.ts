import type { Output } from '../../model.ts';
import type { LatestValue } from '../../telemetry/components/pipeline.ts';

/**
 * The values of the last recorded windows of each rule: the highest and the lowest of its groups. It lives in memory: after a restart it
 * begins with the windows since the last checkpoint.
 */
export class LatestValues {
  readonly #rules = new Map<string, LatestValue>();

  note(output: Output): void {
    if (output.kind !== 'window' || output.window.value === undefined) return;
    const { rule, group, end, value } = output.window;
    const known = this.#rules.get(rule);
    // A window that late events corrected may be one of the past.
    if (known !== undefined && end < known.at) return;
    const one = { group, value };
    if (known === undefined || end > known.at) {
      this.#rules.set(rule, { at: end, groups: 1, highest: one, lowest: one });
      return;
    }
    known.groups += 1;
    if (value > known.highest.value) known.highest = one;
    if (value < known.lowest.value) known.lowest = one;
  }

  /** Forgets rules that are none of these: they were removed or disabled. */
  keepOnly(rules: ReadonlySet<string>): void {
    for (const rule of this.#rules.keys()) if (!rules.has(rule)) this.#rules.delete(rule);
  }

  of(rule: string): LatestValue | undefined {
    return this.#rules.get(rule);
  }
}
