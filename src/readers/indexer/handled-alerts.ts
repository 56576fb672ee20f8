import type { OutputKey } from '../../model.ts';
import type { AlertStore } from '../../notifiers/control/alert-store.ts';
import type { Unpublished } from './publisher.ts';

/**
 * The alerts whose documents are to be written again because people or noise control did something with them, as outputs for a
 * publisher. The second part of a key is the revision of the handling: one that changed meanwhile is published again.
 */
export function handledAlerts(alerts: AlertStore): Unpublished {
  let ids: string[] = [];
  return {
    read(limit) {
      ids = alerts.unpublished(limit);
      return ids.flatMap((id, place) => {
        const episode = alerts.get(id);
        const key: OutputKey = [place, alerts.handlingOf(id)?.revision ?? 0];
        return episode === undefined ? [] : [{ key, output: { kind: 'episode', episode } }];
      });
    },
    published: (keys) => alerts.published(keys.map(([place, revision]) => ({ id: ids[place]!, revision }))),
  };
}
