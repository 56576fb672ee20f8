import { signal } from '@preact/signals';
import { me } from '../api.ts';

/** Who uses this browser: it stands in acknowledgements and silences. */
const person = signal(stored());

function stored(): string {
  try {
    return localStorage.getItem('logboom.name') ?? '';
  } catch {
    return '';
  }
}

/** The name that was typed; else that of the token. */
export function personName(): string {
  return person.value.trim() || me.value?.name || 'dashboard';
}

export function PersonField() {
  return (
    <label>
      Your name
      <input
        value={person.value}
        placeholder={me.value?.name}
        maxLength={200}
        autocomplete="name"
        onInput={({ currentTarget: { value } }) => keep(value)}
      />
    </label>
  );
}

function keep(name: string): void {
  person.value = name;
  try {
    localStorage.setItem('logboom.name', name);
  } catch {
    // Storage is switched off: the name lasts until the page is left.
  }
}
