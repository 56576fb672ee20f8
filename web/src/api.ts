import { computed, signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Me } from '../../src/dashboards/live-model.ts';

export const me = signal<Me | undefined>(undefined);
/** Whether the token may change something. */
export const mayOperate = computed(() => me.value?.role === 'operate');

/** A failure with words for the page. */
async function answerOf<Answer>(response: Response): Promise<Answer> {
  const body = (await response.json().catch(() => undefined)) as { error?: string } | undefined;
  if (response.ok && body !== undefined) return body as Answer;
  throw new Error(body?.error ?? `The server answered ${response.status}.`);
}

export async function get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
  return answerOf<Answer>(
    await fetch(path, { headers: { accept: 'application/json' }, signal: signal ?? null }),
  );
}

export async function post<Answer>(path: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  return answerOf<Answer>(await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }));
}

/** Saves the answer as a file in the browser. Rejects with the error of the server. */
export async function download(path: string): Promise<void> {
  const response = await fetch(path);
  if (!response.ok) return answerOf(response);
  const [, name = 'download'] =
    /filename="([^"]+)"/.exec(response.headers.get('content-disposition') ?? '') ?? [];
  const url = URL.createObjectURL(await response.blob());
  Object.assign(document.createElement('a'), { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}

export const pathOf = (path: string, params: Record<string, string | number | undefined>): string => {
  const set = Object.entries(params).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return `${path}?${new URLSearchParams(set)}`;
};

export interface Loaded<Answer> {
  answer: Answer | undefined;
  error: string | undefined;
  loading: boolean;
}

/** Pause between two requests for the same path in milliseconds, at least; and by the time that the last one took. */
const leastPause = 900;
const pauseByDuration = 4;

/**
 * Loads a path, and again when `tick` changes. What was loaded before stays while the next answer is under way; another path begins
 * without an answer. `undefined` loads nothing.
 */
export function useAnswer<Answer>(path: string | undefined, tick = 0): Loaded<Answer> {
  const [state, setState] = useState<Loaded<Answer> & { path?: string }>({
    ...{ answer: undefined, error: undefined, loading: true },
  });
  const last = useRef({ path: '', at: 0, took: 0 });
  useEffect(() => {
    if (path === undefined) return;
    const abort = new AbortController();
    const { at, took } = last.current;
    const pause = Math.max(leastPause, pauseByDuration * took);
    const wait = last.current.path === path ? at + pause - performance.now() : 0;
    const load = () => {
      const begin = performance.now();
      last.current = { path, at: begin, took };
      get<Answer>(path, abort.signal).then(
        (answer) => {
          last.current = { path, at: begin, took: performance.now() - begin };
          setState({ path, answer, error: undefined, loading: false });
        },
        (error: Error) => {
          if (!abort.signal.aborted)
            setState((before) => ({ ...before, path, error: error.message, loading: false }));
        },
      );
    };
    const timer = setTimeout(load, Math.max(0, wait));
    return () => {
      clearTimeout(timer);
      // A request under way is left alone where the same is asked again: else a busy server would never answer.
      if (last.current.path !== path) abort.abort();
    };
  }, [path, tick]);
  return state.path === path ? state : { answer: undefined, error: undefined, loading: true };
}
