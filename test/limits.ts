/** LIMITS.md against the source: one row of a table is `| what | bound | reason | constant in file |`. */

export type Row = { value: string; constant: string; file: string };

export function rowsOf(page: string): Row[] {
  const rows = page.matchAll(/^\| [^|]+ \| `([^`]+)` \| [^|]+ \| `([\w.]+)` in \[[^\]]+\]\(([^)]+)\) \|$/gm);
  return [...rows].map(([, value, constant, file]) => ({ value: value!, constant: constant!, file: file! }));
}

/** The expression that a constant, or a field of one, is given in a file; blanks as single ones. */
export function expressionOf(text: string, constant: string): string | undefined {
  const [name = '', field] = constant.split('.');
  const whole = new RegExp(`^(?:export )?const ${name}\\b[^=]*= *([^;]*);`, 'm').exec(text)?.[1];
  const value = field === undefined ? whole : new RegExp(`\\b${field}: *([^,}\\n]+)`).exec(whole ?? '')?.[1];
  return value?.replaceAll(/\s+/g, ' ').trim();
}

/** Names of the constants of a file that are bounds by their name. */
export function boundsIn(text: string): string[] {
  return [...text.matchAll(/^(?:export )?const (MAX_\w+)\b/gm)].map(([, name]) => name!);
}
