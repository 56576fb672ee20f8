import { effect, signal } from '@preact/signals';

type Theme = 'light' | 'dark';

const system = window.matchMedia('(prefers-color-scheme: dark)');
const systemTheme = (): Theme => (system.matches ? 'dark' : 'light');

function stored(): Theme | undefined {
  try {
    const value = localStorage.getItem('logboom.theme');
    return value === 'light' || value === 'dark' ? value : undefined;
  } catch {
    return undefined;
  }
}

export const theme = signal<Theme>(stored() ?? systemTheme());
system.addEventListener('change', () => {
  if (stored() === undefined) theme.value = systemTheme();
});
effect(() => {
  document.documentElement.dataset.theme = theme.value;
});

/** Where the browser keeps nothing, the choice lasts until the page is left. */
export function toggleTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem('logboom.theme', theme.value);
  } catch {
    // Storage is switched off.
  }
}
