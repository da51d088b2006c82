export type ThemeChoice = 'system' | 'light' | 'dark';
const CHOICES: readonly string[] = ['system', 'light', 'dark'];
const KEY = 'spin-theme';

/** Light, dark, or as the system has it; `dark` is what holds now. */
class Theme {
  choice = $state<ThemeChoice>(stored());
  private systemDark = $state(matchMedia('(prefers-color-scheme: dark)').matches);

  constructor() {
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', (event) => {
      this.systemDark = event.matches;
    });
  }

  get dark(): boolean {
    return this.choice === 'system' ? this.systemDark : this.choice === 'dark';
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    remember(KEY, choice);
  }

  /** Call within an effect. */
  show(): void {
    document.documentElement.dataset['theme'] = this.dark ? 'dark' : 'light';
  }
}

function stored(): ThemeChoice {
  const value = recall(KEY);
  return value && CHOICES.includes(value) ? (value as ThemeChoice) : 'system';
}

/** Storage can be forbidden; then a choice lasts as long as the page. */
export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    return;
  }
}

export function recall(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

export const theme = new Theme();
