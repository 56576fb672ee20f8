import type { Millis, Notification, Output } from '../../model.ts';

/**
 * Notes in alerts when the record was received that led to them: an episode keeps the time of the record that raised it. It follows from
 * the journal, so that outputs that are made again after a crash are the same.
 */
export function noteReceipt(output: Output, receivedAt: Millis): void {
  if (output.kind === 'episode') output.episode.created ??= receivedAt;
  else if (output.kind === 'transition' && output.context) output.context.created = receivedAt;
}

type Point = [at: Millis, value: number];

/** Values kept for each group, and groups of all rules: about 5 MB at most. */
const mostPoints = 30;
const mostGroups = 5_000;

/**
 * The values of the last recorded windows of each group, for charts in messages. It lives in memory: after a restart it begins
 * with the windows since the last checkpoint. Beyond `mostGroups` the group that had no window for longest is forgotten.
 */
export class WindowHistory {
  readonly #groups = new Map<string, Point[]>();

  note(output: Output): void {
    if (output.kind !== 'window' || output.window.value === undefined) return;
    const { rule, group, end, value } = output.window;
    const key = keyOf(rule, group);
    const points = this.#groups.get(key) ?? [];
    // The order of the map is the order of use.
    this.#groups.delete(key);
    this.#groups.set(key, points);
    points.push([end, value]);
    if (points.length > mostPoints) points.shift();
    if (this.#groups.size > mostGroups) this.#groups.delete(this.#groups.keys().next().value!);
  }

  /** The notification of an output, if it is one, with the values of its group as far as they are known. */
  attached(output: Output): Notification[] {
    return output.kind === 'notification' ? [this.#attach(output.notification)] : [];
  }

  #attach(notification: Notification): Notification {
    const { rule, group } = notification.transition;
    const history = this.#groups.get(keyOf(rule, group));
    return history === undefined ? notification : { ...notification, history: [...history] };
  }
}

const keyOf = (rule: string, group: string) => `${rule}\n${group}`;
