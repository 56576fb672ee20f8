import { useState } from 'preact/hooks';
import { when } from '../format.ts';
import { change, range } from '../location.ts';

const lengths = ['5m', '15m', '1h', '6h', '24h', '7d', '30d'] as const;

/** The time that all pages show. */
export function TimeRange() {
  const { from, to } = range.value;
  const length = /^now-(.+)$/.exec(from)?.[1];
  const isLast = to === 'now' && lengths.includes(length as (typeof lengths)[number]);
  const [open, setOpen] = useState(false);
  return (
    <div class="range">
      <select
        aria-label="Time"
        value={isLast ? from : 'other'}
        onChange={({ currentTarget: { value } }) =>
          value === 'other' ? setOpen(true) : change({ from: value, to: undefined })
        }
      >
        {lengths.map((one) => (
          <option key={one} value={`now-${one}`}>
            Last {one}
          </option>
        ))}
        <option value="other">{isLast ? 'From … to …' : `${text(from)} – ${text(to)}`}</option>
      </select>
      {!isLast && (
        <button type="button" class="plain" onClick={() => setOpen(!open)}>
          Change
        </button>
      )}
      {open && <Exact from={from} to={to} close={() => setOpen(false)} />}
    </div>
  );
}

const text = (time: string) => (/^\d+$/.test(time) ? when(Number(time)) : time);

function Exact({ from, to, close }: { from: string; to: string; close: () => void }) {
  const apply = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    change({ from: timeIn(form, 'from'), to: timeIn(form, 'to') });
    close();
  };
  return (
    <form class="popup" onSubmit={apply}>
      <label>
        From
        <input name="from" type="datetime-local" step={1} value={localTime(from)} required />
      </label>
      <label>
        To
        <input name="to" type="datetime-local" step={1} value={localTime(to)} />
      </label>
      <div class="actions">
        <button type="submit">Show</button>
        <button type="button" class="plain" onClick={close}>
          Cancel
        </button>
      </div>
    </form>
  );
}

const timeIn = (form: FormData, name: string) => {
  const at = Date.parse(String(form.get(name)));
  return Number.isNaN(at) ? undefined : String(at);
};

function localTime(time: string): string {
  if (!/^\d+$/.test(time)) return '';
  const at = new Date(Number(time));
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
}
