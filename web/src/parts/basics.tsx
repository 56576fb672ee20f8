import type { ComponentChildren } from 'preact';
import { shown } from '../format.ts';

/** A part of a page with a heading. `note` stands beside the heading. */
export function Panel({
  title,
  note,
  wide,
  children,
}: {
  title: string;
  note?: ComponentChildren;
  wide?: boolean;
  children: ComponentChildren;
}) {
  return (
    <section class={wide ? 'panel wide' : 'panel'}>
      <header>
        <h2>{title}</h2>
        {note !== undefined && <span class="note">{note}</span>}
      </header>
      {children}
    </section>
  );
}

export const Empty = ({ children }: { children: ComponentChildren }) => <p class="empty">{children}</p>;

/** What an answer lacks, and why it is not there at all. */
export function Problems({
  error,
  problems = [],
}: {
  error?: string | undefined;
  problems?: string[] | undefined;
}) {
  const all = [...(error === undefined ? [] : [error]), ...problems];
  if (all.length === 0) return null;
  return (
    <div class="problems" role="alert">
      {all.map((problem) => (
        <p key={problem}>{shown(problem)}</p>
      ))}
    </div>
  );
}

/** What differs from what is usual in an answer that lacks nothing. */
export const Notes = ({ of = [] }: { of?: string[] | undefined }) => (
  <>
    {of.map((note) => (
      <p key={note} class="status">
        {shown(note)}
      </p>
    ))}
  </>
);

export const Severity = ({ of }: { of: string }) => <span class={`badge severity ${of}`}>{of}</span>;
/** Status of an alert. One that is over is `inactive` for a rule, and has ended for people. */
export const Status = ({ of, ended }: { of: string; ended?: boolean }) => (
  <span class={`badge status ${of}`}>{ended ? 'ended' : of}</span>
);

/** A figure with its meaning. */
export function Figure({ name, value, tone }: { name: string; value: string; tone?: 'bad' | undefined }) {
  return (
    <div class={tone === undefined ? 'figure' : `figure ${tone}`}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
