import { figure, shown, when } from '../format.ts';
import { Status } from './basics.tsx';

/** The part of the answer of `/explain` that is shown. */
export interface Explained {
  answer: string;
  remarks: string[];
  notCounted: string[];
  windows: {
    start: number;
    end: number;
    early: boolean;
    value?: number;
    count: number;
    from: string;
    to: string;
    reason: string;
    notification?: string;
  }[];
}

export function Explanation({ of: { answer, remarks, notCounted, windows } }: { of: Explained }) {
  const changes = windows.filter(({ from, to, notification }) => from !== to || notification !== undefined);
  return (
    <>
      <p class="lead">{shown(answer)}</p>
      {changes.length > 0 && (
        <ol class="changes">
          {changes.map(({ end, from, to, reason, value, notification }, number) => (
            <li key={number}>
              <time>{when(end)}</time>
              <span>
                <Status of={from} /> → <Status of={to} />
              </span>
              <span>
                {value !== undefined && <b>{figure(Number(value.toPrecision(4)))} </b>}
                {shown(reason)}
                {notification !== undefined && <span class="done">{shown(notification)}</span>}
              </span>
            </li>
          ))}
        </ol>
      )}
      {[...notCounted, ...remarks].map((remark) => (
        <p key={remark} class="note">
          {shown(remark)}
        </p>
      ))}
    </>
  );
}
