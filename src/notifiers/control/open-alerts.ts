import type { Episode } from '../../model.ts';
import type { AlertStore } from './alert-store.ts';
import type { OpenAlerts } from './inhibition.ts';

/** The open alerts in memory, as far as the store has them. */
export class OpenAlertsView implements OpenAlerts {
  readonly open = new Map<string, Episode>();
  readonly #store: AlertStore;
  #number = 0;
  #version = 0;

  constructor(store: AlertStore) {
    this.#store = store;
    this.update();
  }

  get version(): number {
    return this.#version;
  }

  /** Reads what changed in the store. */
  update(): void {
    for (const { number, episode } of this.#store.changesAfter(this.#number)) {
      this.#number = number;
      this.#version += 1;
      if (episode.end === undefined && episode.status !== 'inactive') this.open.set(episode.id, episode);
      else this.open.delete(episode.id);
    }
  }
}
