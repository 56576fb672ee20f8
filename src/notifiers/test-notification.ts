import type { Episode, Millis, Notification, Transition } from '../model.ts';

const rule = 'logboom-test';
const windowLength: Millis = 60_000;
/** Requests that failed in each of the last windows, of which a chart can be drawn. */
const shares = [0.011, 0.014, 0.009, 0.012, 0.016, 0.013, 0.031, 0.058, 0.092];

/** A notification that says in every form that it is a test and about no real alert. */
export function testNotification(notifier: string, now: Millis): Notification {
  const window = { start: now - windowLength, end: now };
  const id = `${rule}|${new Date(now).toISOString()}`;
  const common = {
    ...{ rule, group: '', by: {}, window, value: 0.124, count: 1_250, condition: '>= 5%' },
    severity: 'info' as const,
    reason: 'this is a test of the notifier; there is no alert',
    message: `Test message of logboom to the notifier ${notifier}. Nothing is wrong, and there is nothing to do.`,
  };
  const transition: Transition = {
    ...{ ...common, id: `${id}-1`, episode: id, from: 'inactive', to: 'active', at: now },
  };
  const episode: Episode = {
    ...{ ...common, id, status: 'active', start: now - 3 * windowLength, end: undefined, detected: now },
    ...{
      updated: now,
      peak: 0.124,
      revision: 1,
      lateCount: 0,
      flapping: false,
      labels: {},
      runbook: undefined,
    },
    samples: [{ '@timestamp': new Date(now).toISOString(), message: 'a line of a log as alerts quote it' }],
  };
  const history = shares.map((value, place): [Millis, number] => [
    now - (shares.length - place) * windowLength,
    value,
  ]);
  return {
    ...{ id: `${transition.id}-${notifier}`, notifier, at: now, transition, episode, history },
    ...{ measure: 'share(http.response.status_code >= 500)', test: true },
  };
}

/** The end of the alert of a test notification, for peers where it would stay open. */
export function endOf(notification: Notification): Notification {
  const { transition, episode } = notification;
  return {
    ...notification,
    id: `${notification.id}-end`,
    transition: { ...transition, id: `${episode.id}-2`, from: 'active', to: 'inactive' },
    episode: { ...episode, status: 'inactive', end: transition.at },
  };
}
