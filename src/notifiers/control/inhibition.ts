import type { InhibitConfig } from '../../config/schema/routing.ts';
import type { Episode } from '../../model.ts';
import { type AlertLabels, labelOf, labelsOf, type Matcher, matchesAll, parseMatcher } from './matcher.ts';

/** The open alerts, by id. `version` grows with each change. */
export interface OpenAlerts {
  readonly version: number;
  readonly open: ReadonlyMap<string, Episode>;
}

/**
 * One rule of inhibition. An active alert that the source matchers match keeps those from notifying that the target matchers match
 * and that have equal values. An alert that both match inhibits no alert that both match, as in Alertmanager.
 */
export class Inhibition {
  readonly #source: readonly Matcher[];
  readonly #target: readonly Matcher[];
  readonly #equal: readonly string[];
  #version = -1;
  /** The sources by their values of `equal`. `alone`: those that are no targets. */
  #sources = new Map<string, { any: Episode; alone: Episode | undefined }>();

  constructor({ source_matchers, target_matchers, equal }: InhibitConfig) {
    this.#source = source_matchers.map(parseMatcher);
    this.#target = target_matchers.map(parseMatcher);
    this.#equal = equal;
  }

  /** The alert that keeps this one from notifying. */
  sourceOf(episode: Episode, alerts: OpenAlerts): Episode | undefined {
    const labels = labelsOf(episode);
    if (!matchesAll(this.#target, labels)) return undefined;
    if (this.#version !== alerts.version) this.#index(alerts);
    const found = this.#sources.get(this.#keyOf(labels));
    const source = matchesAll(this.#source, labels) ? found?.alone : found?.any;
    return source?.id === episode.id ? undefined : source;
  }

  #index({ open, version }: OpenAlerts): void {
    this.#version = version;
    this.#sources = new Map();
    for (const episode of open.values()) {
      const labels = labelsOf(episode);
      if (!matchesAll(this.#source, labels)) continue;
      const key = this.#keyOf(labels);
      const known = this.#sources.get(key);
      const alone = known?.alone ?? (matchesAll(this.#target, labels) ? undefined : episode);
      this.#sources.set(key, { any: alone ?? known?.any ?? episode, alone });
    }
  }

  #keyOf(labels: AlertLabels): string {
    return JSON.stringify(this.#equal.map((name) => labelOf(labels, name)));
  }
}
