import { useState } from 'preact/hooks';
import type { AlertRow } from '../../../src/dashboards/model.ts';
import { post } from '../api.ts';
import { shown } from '../format.ts';
import { alertsTick } from '../live.ts';
import { Problems } from './basics.tsx';
import { personName } from './person.tsx';
import { quoted } from './top-list.tsx';

const durations = ['30m', '2h', '8h', '24h', '7d', 'until it ends'];

/** Silences the group of an alert, or its whole rule. */
export function SilenceForm({ alert, done }: { alert: AlertRow; done: () => void }) {
  const [error, setError] = useState<string>();
  const silence = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const duration = String(form.get('duration'));
    const rule = `rule=${quoted(alert.rule)}`;
    const body = {
      matchers: form.get('scope') === 'rule' ? [rule] : [rule, `group=${quoted(alert.group)}`],
      author: personName(),
      comment: String(form.get('comment')).trim(),
      ...(duration === durations.at(-1) ? { untilResolved: true } : { duration }),
    };
    try {
      await post('/api/silences', body);
      alertsTick.value += 1;
      done();
    } catch (failure) {
      setError((failure as Error).message);
    }
  };
  return (
    <form class="form" onSubmit={silence}>
      <Problems error={error} />
      <label>
        What
        <select name="scope">
          {alert.group !== '' && <option value="group">only {shown(alert.group)}</option>}
          <option value="rule">all of {shown(alert.rule)}</option>
        </select>
      </label>
      <label>
        For
        <select name="duration" value="2h">
          {durations.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </label>
      <label>
        Why
        <input name="comment" required maxLength={2_000} placeholder="deployment" />
      </label>
      <button type="submit">Silence</button>
    </form>
  );
}
