import type { ComponentChildren } from 'preact';
import { shown } from '../format.ts';
import { Empty } from './basics.tsx';

interface TableProps {
  columns: string[];
  rows: string[][];
  /** Columns of numbers. */
  numbers?: number[];
  empty: string;
}

/** Content that scrolls where it is wider than the page. */
export const Scroll = ({ label, children }: { label: string; children: ComponentChildren }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
  <section class="scroll" aria-label={label} tabIndex={0}>
    {children}
  </section>
);

interface HeadProps {
  columns: readonly string[];
  /** Places of columns with numbers. */
  numbers?: readonly number[];
  /** Name of the column whose heading is empty, for screen readers. */
  unnamed?: string;
}

const classIn = (numbers: readonly number[]) => (at: number) => (numbers.includes(at) ? 'number' : undefined);

/** The headings of a table. */
export function Head({ columns, numbers = [], unnamed }: HeadProps) {
  const of = classIn(numbers);
  return (
    <thead>
      <tr>
        {columns.map((name, at) => (
          <th key={name} scope="col" class={of(at)}>
            {name || <span class="hidden">{unnamed}</span>}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** Texts of any origin in rows. */
export function Table({ columns, rows, numbers = [], empty }: TableProps) {
  if (rows.length === 0) return empty === '' ? null : <Empty>{empty}</Empty>;
  const of = classIn(numbers);
  return (
    <Scroll label={columns[0] ?? ''}>
      <table>
        <Head columns={columns} numbers={numbers} />
        <tbody>
          {rows.map((row) => (
            <tr key={row.join('\u0000')}>
              {row.map((cell, at) => (
                <td key={columns[at]} class={of(at)}>
                  {shown(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
