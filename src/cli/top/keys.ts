import type { AlertRow } from '../../dashboards/model.ts';
import type { Snapshot } from '../../dashboards/snapshot.ts';
import { type Choice, sortings } from '../../dashboards/top/screen.ts';
import { messageOf } from '../../errors.ts';
import type { TopSource } from './source.ts';

/** What a terminal sends for a key. */
const names: Record<string, string> = {
  ...{ '\u001b[A': 'up', '\u001b[B': 'down', '\u001bOA': 'up', '\u001bOB': 'down' },
  ...{ '\r': 'enter', '\n': 'enter', '\u001b': 'escape', '\u007f': 'back', '\b': 'back', '\u0003': 'q' },
};

/** What keys change and do. */
export class Keys {
  choice: Choice;
  left = false;
  readonly leaving: Promise<void>;
  readonly #source: TopSource;
  #leave: () => void = () => undefined;

  constructor(choice: Choice, source: TopSource) {
    this.choice = choice;
    this.#source = source;
    this.leaving = new Promise((resolve) => {
      this.#leave = resolve;
    });
  }

  notify(notice: string): void {
    this.choice = { ...this.choice, notice };
  }

  /** Resolves when what the key does is done. */
  async press(sent: string, view: Snapshot): Promise<void> {
    const key = names[sent] ?? sent;
    if (sent !== '\u0003' && this.choice.typed !== undefined) return this.#type(key);
    this.choice = { ...this.choice, notice: undefined };
    if (key === 'q') this.#quit();
    else if (key === 'p') this.#set({ paused: !this.choice.paused });
    else if (key === 's')
      this.#set({ sort: sortings[(sortings.indexOf(this.choice.sort) + 1) % sortings.length]! });
    else if (key === '/') this.#set({ typed: this.choice.query });
    else if (key === 'escape') this.#set({ details: undefined });
    else if (key === 'up' || key === 'down') this.#mark(key, view);
    else await this.#about(key, view.alerts[this.choice.marked]);
  }

  #set(change: Partial<Choice>): void {
    this.choice = { ...this.choice, ...change };
  }

  #quit(): void {
    this.left = true;
    this.#leave();
  }

  #type(key: string): void {
    const { typed = '' } = this.choice;
    if (key === 'escape') this.#set({ typed: undefined });
    else if (key === 'enter') this.#set({ typed: undefined, query: typed.trim() });
    else if (key === 'back') this.#set({ typed: typed.slice(0, -1) });
    else if (/^[^\p{Cc}]+$/u.test(key)) this.#set({ typed: typed + key });
  }

  #mark(key: 'up' | 'down', { alerts }: Snapshot): void {
    const marked = this.choice.marked + (key === 'up' ? -1 : 1);
    this.#set({ marked: Math.max(0, Math.min(marked, alerts.length - 1)), details: undefined });
  }

  async #about(key: string, alert: AlertRow | undefined): Promise<void> {
    const act = this.#actions[key];
    if (act === undefined) return;
    if (alert === undefined) return this.notify('No alert is open.');
    try {
      await act(alert);
    } catch (error) {
      this.notify(messageOf(error));
    }
  }

  readonly #actions: Record<string, (alert: AlertRow) => Promise<void> | void> = {
    enter: (alert) =>
      this.#set({ details: this.choice.details === undefined ? detailsOf(alert) : undefined }),
    e: async (alert) => {
      this.notify('The journal is replayed …');
      const details = await this.#source.explain(alert.id);
      this.#set({ details, notice: undefined });
    },
    a: async ({ id }) => this.notify(await this.#source.acknowledge(id)),
    x: async ({ rule, group }) => this.notify(await this.#source.silence(rule, group)),
  };
}

function detailsOf(alert: AlertRow): string[] {
  const { rule, group, severity, status, start, message, reason, value, peak, condition } = alert;
  const { acknowledged, assigned, suppressed = [] } = alert;
  return [
    `${rule}${group === '' ? '' : ` (${group})`}: ${severity}, ${status} since ${new Date(start).toISOString()}`,
    message,
    reason,
    `value ${value ?? 'none'}, peak ${peak ?? 'none'}, condition ${condition}`,
    ...(acknowledged
      ? [`acknowledged by ${acknowledged.by}${acknowledged.comment ? `: ${acknowledged.comment}` : ''}`]
      : []),
    ...(assigned ? [`assigned to ${assigned.to}`] : []),
    ...suppressed.map(({ notifier, reason: why }) => `${notifier} was not notified: ${why}`),
    'Esc: back to the lists',
  ];
}
