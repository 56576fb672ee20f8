import type { Episode, Notification, Transition } from '../../../src/model.ts';

const at = Date.parse('2026-01-02T03:04:05.000Z');

/** A transition to active, unless the test says otherwise. */
export function aTransition(changes: Partial<Transition> = {}): Transition {
  return {
    id: 'burst|web-1|1-1',
    rule: 'burst',
    group: 'web-1',
    by: { 'host.name': 'web-1' },
    episode: 'burst|web-1|1',
    from: 'inactive',
    to: 'active',
    at,
    window: { start: at - 1000, end: at },
    value: 7,
    count: 7,
    condition: '>= 5',
    reason: 'count 7 is >= 5',
    severity: 'high',
    message: 'web-1 served 7 requests',
    ...changes,
  };
}

export function anEpisode(changes: Partial<Episode> = {}): Episode {
  const { rule, group, by, severity, value, count, condition, reason, message, window } = aTransition();
  return {
    ...{ id: 'burst|web-1|1', rule, group, by, severity, value, count, condition, reason, message, window },
    status: 'active',
    start: at,
    end: undefined,
    detected: undefined,
    updated: at,
    peak: 7,
    samples: [],
    revision: 1,
    lateCount: 0,
    flapping: false,
    labels: {},
    runbook: undefined,
    ...changes,
  };
}

export function aNotification(notifier: string, number = 1, changes: Partial<Transition> = {}): Notification {
  const id = `n${number}`;
  return {
    id: `${id}-${notifier}`,
    notifier,
    at: aTransition(changes).at,
    transition: aTransition({ id, ...changes }),
    episode: anEpisode(),
  };
}
