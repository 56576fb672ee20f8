import { useState } from 'preact/hooks';
import type { AlertRow } from '../../../src/dashboards/model.ts';
import { download, mayOperate, pathOf, post } from '../api.ts';
import { shown, verdictWords, when } from '../format.ts';
import { alertsTick } from '../live.ts';
import { Panel, Problems } from './basics.tsx';
import { PersonField, personName } from './person.tsx';
import { SilenceForm } from './silence-form.tsx';

/** How the alert was handled, and the actions that handle it. */
export function Handling({ alert }: { alert: AlertRow }) {
  const [silencing, setSilencing] = useState(false);
  const [comment, setComment] = useState('');
  const [error, setError] = useState<string>();
  const isOpen = alert.end === undefined;
  const { acknowledged, assigned } = alert;
  if (!mayOperate.value && !acknowledged && !assigned && !alert.verdict) return null;
  const act = async (what: 'acknowledge' | 'verdict', more: object = {}) => {
    const body = {
      ...{ ids: [alert.id], by: personName(), ...more },
      ...(comment.trim() !== '' && { comment: comment.trim() }),
    };
    await post(`/api/alerts/${what}`, body).then(
      () => setError(undefined),
      (failure: Error) => setError(failure.message),
    );
    alertsTick.value += 1;
    // The document of an alert that is over is written a moment later.
    setTimeout(() => {
      alertsTick.value += 1;
    }, 1_500);
  };
  return (
    <Panel title="Handling" wide>
      {acknowledged && (
        <p>
          Acknowledged by {shown(acknowledged.by)} at {when(Date.parse(acknowledged.at))}
          {acknowledged.comment && `: ${shown(acknowledged.comment)}`}
        </p>
      )}
      {assigned && <p>Assigned to {shown(assigned.to)}</p>}
      {alert.verdict && (
        <p>
          {shown(alert.verdict.by)} called it {verdictWords[alert.verdict.verdict]} at{' '}
          {when(Date.parse(alert.verdict.at))}
          {alert.verdict.comment && `: ${shown(alert.verdict.comment)}`}
        </p>
      )}
      <Problems error={error} />
      {mayOperate.value && (
        <div class="form">
          <PersonField />
          <label>
            Comment
            <input
              value={comment}
              maxLength={2_000}
              onInput={({ currentTarget: { value } }) => setComment(value)}
            />
          </label>
          {isOpen && (
            <button type="button" onClick={() => void act('acknowledge')}>
              Acknowledge
            </button>
          )}
          {isOpen && (
            <button type="button" aria-expanded={silencing} onClick={() => setSilencing(!silencing)}>
              Silence …
            </button>
          )}
          <fieldset class="verdict">
            <legend>Was it right?</legend>
            {(['true', 'false'] as const).map((verdict) => (
              <button
                key={verdict}
                type="button"
                aria-pressed={alert.verdict?.verdict === verdict}
                onClick={() => void act('verdict', { verdict })}
              >
                {verdict === 'true' ? 'Right' : 'False alarm'}
              </button>
            ))}
          </fieldset>
          <Capsule id={alert.id} />
        </div>
      )}
      {silencing && <SilenceForm alert={alert} done={() => setSilencing(false)} />}
    </Panel>
  );
}

/** Downloads a file with the events and the rule of the incident, for a replay elsewhere. */
function Capsule({ id }: { id: string }) {
  const [masked, setMasked] = useState(true);
  const [state, setState] = useState<'rest' | 'working' | { error: string }>('rest');
  const make = async () => {
    setState('working');
    await download(pathOf('/api/alerts/capsule', { alert: id, maskAddresses: String(masked) })).then(
      () => setState('rest'),
      (failure: Error) => setState({ error: failure.message }),
    );
  };
  return (
    <fieldset class="verdict">
      <legend>Capsule for tests</legend>
      <button type="button" disabled={state === 'working'} onClick={() => void make()}>
        {state === 'working' ? 'The journal is replayed …' : 'Download'}
      </button>
      <label class="check">
        <input
          type="checkbox"
          checked={masked}
          onChange={({ currentTarget: { checked } }) => setMasked(checked)}
        />
        mask addresses
      </label>
      {typeof state === 'object' && <Problems error={state.error} />}
    </fieldset>
  );
}
