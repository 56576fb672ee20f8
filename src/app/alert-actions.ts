import { idOf } from '../alerts/episode-writer.ts';
import type { Episode, Handling, Verdict } from '../model.ts';
import { type Silence, stateOf } from '../notifiers/control/silence.ts';
import type { Delivery } from '../notifiers/delivery.ts';
import type { AlertActions, AlertView, SilenceView } from '../telemetry/api/alerts.ts';

type Parts = Pick<Delivery, 'dispatcher' | 'alerts' | 'notifiersOf'>;

/** What the API does about alerts and silences, over the dispatcher. */
export function alertActions(delivery: Parts, now: () => number = Date.now): AlertActions {
  const { dispatcher, alerts } = delivery;
  const { silences } = dispatcher;
  const viewOf = (silence: Silence): SilenceView =>
    silenceView(silence, silences.countMatching(silence.id, dispatcher.open.values()), now());
  const handle = (ids: readonly string[], change: Partial<Handling>) =>
    dispatcher.handle(ids, change, (episode) => delivery.notifiersOf(episode));
  return {
    alerts: () =>
      [...dispatcher.open.values()].map((episode) => alertView(episode, alerts.handlingOf(episode.id))),
    silences: () => silences.list().map(viewOf),
    async silence(request) {
      const silence = await silences.add(request, dispatcher.open.values(), now());
      dispatcher.reconsider();
      return viewOf(silence);
    },
    async expire(ids, by) {
      const ended: SilenceView[] = [];
      for (const id of ids) ended.push(viewOf(await silences.expire(id, `ended by ${by}`, now())));
      dispatcher.reconsider();
      return ended;
    },
    acknowledge: (ids, by, comment) =>
      handle(ids, { acknowledged: { by, at: now(), ...(comment !== undefined && { comment }) } }),
    assign: (ids, to, by) => handle(ids, { assigned: { to, by, at: now() } }),
    async judge(ids, verdict, { by, comment }) {
      const known = ids.flatMap((id) => alerts.get(id) ?? []);
      const said = { verdict, by, at: now(), ...(comment !== undefined && { comment }) };
      await dispatcher.judge(known.map((episode) => ({ ...said, ...incidentOf(episode) })));
      const found = new Set(known.map(({ id }) => id));
      return ids.filter((id) => !found.has(id));
    },
    async missed(incident, { by, comment }) {
      const id = `missed~${idOf(incident.rule, incident.group, incident.start)}`;
      const said = { verdict: 'missed' as const, by, at: now(), ...(comment !== undefined && { comment }) };
      await dispatcher.judge([{ id, ...said, ...incident }]);
      return id;
    },
  };
}

function incidentOf({
  id,
  rule,
  group,
  start,
  end,
}: Episode): Pick<Verdict, 'id' | 'rule' | 'group' | 'start' | 'end'> {
  return { id, rule, group, start, ...(end !== undefined && { end }) };
}

function alertView(episode: Episode, handling: Handling | undefined): AlertView {
  const { id, rule, group, severity, status, start, message, labels } = episode;
  const { acknowledged, assigned, verdict, notified, suppressed } = handling ?? {};
  return {
    ...{ id, rule, group, severity, status, since: iso(start), message, labels },
    ...(acknowledged && { acknowledged }),
    ...(assigned && { assigned }),
    ...(verdict && { verdict }),
    ...(notified && { notified: notified.map((one) => ({ ...one, at: iso(one.at) })) }),
    ...(suppressed && { suppressed: suppressed.map((one) => ({ ...one, at: iso(one.at) })) }),
  };
}

function silenceView(silence: Silence, count: number, at: number): SilenceView {
  const { groups: _, createdAt: __, startsAt, endsAt, ...shown } = silence;
  return {
    ...shown,
    state: stateOf(silence, at),
    startsAt: iso(startsAt),
    endsAt: iso(endsAt),
    alerts: count,
  };
}

const iso = (at: number) => new Date(at).toISOString();
