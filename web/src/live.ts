import { signal } from '@preact/signals';
import type { Pulse, StreamedTransition } from '../../src/dashboards/live-model.ts';

/** The stream of the server. One for the page: a browser has few connections to one address. */

export const connection = signal<'connecting' | 'live' | 'lost'>('connecting');
export const paused = signal(false);
export const pulse = signal<Pulse | undefined>(undefined);
/** The latest change of an alert to or from `active`. */
export const announcement = signal<StreamedTransition | undefined>(undefined);
/** They count up when there are new events, and when alerts changed. */
export const eventsTick = signal(0);
export const alertsTick = signal(0);

let newest = -1;

function take(text: string): void {
  const now = JSON.parse(text) as Pulse;
  const before = pulse.value;
  if (!paused.value && now.newest !== newest) eventsTick.value += 1;
  newest = now.newest;
  if (before?.openAlerts !== now.openAlerts) alertsTick.value += 1;
  pulse.value = now;
}

/** A transition arrives before the documents of the alert are searchable, so its page is loaded twice. */
function announce(transition: StreamedTransition): void {
  if (transition.to === 'active' || transition.from === 'active') announcement.value = transition;
  alertsTick.value += 1;
  setTimeout(() => {
    alertsTick.value += 1;
  }, 1_500);
}

export function listen(): void {
  const stream = new EventSource('/api/stream');
  const live = () => {
    connection.value = 'live';
  };
  const reload = () => {
    live();
    eventsTick.value += 1;
    alertsTick.value += 1;
  };
  stream.addEventListener('open', live);
  stream.addEventListener('hello', live);
  stream.addEventListener('reset', reload);
  stream.addEventListener('pulse', ({ data }) => take(data));
  stream.addEventListener('transition', ({ data }) => announce(JSON.parse(data) as StreamedTransition));
  stream.addEventListener('error', () => {
    connection.value = 'lost';
    // The browser gives up where the answer is no stream, as that of a proxy while the server restarts.
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 3_000);
  });
}
