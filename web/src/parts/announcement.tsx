import { clock, figure, shown } from '../format.ts';
import { announcement, connection, paused, pulse } from '../live.ts';
import { isRecent, linkTo } from '../location.ts';

/** Says when an alert begins or ends, until it is closed or another one does. */
export function Announcement() {
  const told = announcement.value;
  if (told === undefined) return <div aria-live="polite" />;
  const begins = told.to === 'active';
  const value = told.value === undefined ? '' : ` – value ${figure(told.value)}`;
  return (
    <div aria-live="polite">
      <p class={begins ? 'announcement begins' : 'announcement ends'}>
        <a href={linkTo('alert', { id: told.episode })}>
          <strong>{shown(told.rule)}</strong> {begins ? 'generated an alert' : `is ${told.to}`}
          {value}, {clock(told.at)}: {shown(told.message)}
        </a>
        <button
          type="button"
          class="plain"
          aria-label="Close"
          onClick={() => {
            announcement.value = undefined;
          }}
        >
          ✕
        </button>
      </p>
    </div>
  );
}

const words = { connecting: 'connecting', live: 'live', lost: 'no connection' };

/** Whether the page is live, and the health of the server. */
export function Connection() {
  const state = connection.value;
  const health = pulse.value;
  const open = health?.openAlerts ?? 0;
  return (
    <div class="connection">
      {isRecent.value && (
        <button
          type="button"
          class={`live ${paused.value ? 'paused' : state}`}
          aria-pressed={paused.value}
          onClick={() => {
            paused.value = !paused.value;
          }}
        >
          {paused.value && state === 'live' ? 'paused' : words[state]}
        </button>
      )}
      {open > 0 && (
        <a class="badge severity critical" href={linkTo('alerts')}>
          {open} open
        </a>
      )}
      {health !== undefined && health.state !== 'healthy' && (
        <a class={`badge health ${health.state}`} href={linkTo('pipeline')} title={health.reasons.join('\n')}>
          {health.state}
        </a>
      )}
    </div>
  );
}
