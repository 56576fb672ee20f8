import type { AlertRow } from '../../../src/dashboards/model.ts';
import { figure, length, shown, verdictWords, when } from '../format.ts';
import { linkTo } from '../location.ts';
import { Severity, Status } from './basics.tsx';

/** How an alert was handled, and why its last suppressed notification was suppressed. */
function handling({ acknowledged, assigned, verdict, suppressed }: AlertRow): string {
  return [
    ...(acknowledged ? [`acknowledged by ${acknowledged.by}`] : []),
    ...(assigned ? [`assigned to ${assigned.to}`] : []),
    ...(verdict ? [`called ${verdictWords[verdict.verdict]}`] : []),
    ...(suppressed?.length ? [`held back: ${suppressed.at(-1)!.reason}`] : []),
  ].join(' · ');
}

export function AlertList({ alerts }: { alerts: readonly AlertRow[] }) {
  return (
    <ul class="alerts">
      {alerts.map((alert) => {
        const { id, rule, group, severity, status, start, end, message, condition } = alert;
        // An alert that is over ends with a value that is none of its concern; its peak is.
        const value = end === undefined ? alert.value : alert.peak;
        const done = handling(alert);
        return (
          <li key={id} class={end === undefined ? 'open' : 'ended'}>
            <a href={linkTo('alert', { id })}>
              <span class="badges">
                <Severity of={severity} />
                <Status of={status} ended={end !== undefined} />
              </span>
              <span class="what">
                <span>
                  <strong>{shown(rule)}</strong> {group !== '' && <span class="group">{shown(group)}</span>}
                </span>
                <span class="message">{shown(message)}</span>
                {done !== '' && <span class="done">{shown(done)}</span>}
              </span>
              <span class="measure">
                {value !== undefined && `${figure(Number(value.toPrecision(4)))} `}
                <span class="condition">{shown(condition)}</span>
              </span>
              <span class="since">
                <time dateTime={new Date(start).toISOString()}>{when(start)}</time>
                <span>
                  {end === undefined
                    ? `open for ${length(Date.now() - start)}`
                    : `for ${length(end - start)}`}
                </span>
              </span>
            </a>
          </li>
        );
      })}
    </ul>
  );
}
