import type { Texts } from '../text/en.ts';
import { ApiError } from './api.ts';

/** Why something was not done, in the page's language where the code is known; names the field at fault. */
export function refusalWords(error: unknown, t: Pick<Texts, 'errors' | 'fields'>, otherwise: string): string {
  if (!(error instanceof ApiError)) return otherwise;
  const words = t.errors[error.code] ?? (error.message || otherwise);
  const field = error.field && fieldWords(error.field, t.fields);
  return field ? `${field}: ${words}` : words;
}

/** The longest known part of a field's path: `target.node.prefix` is a `target.node`. */
function fieldWords(field: string, known: Record<string, string>): string | undefined {
  const parts = field.replaceAll(/\[\d+\]/g, '').split('.');
  for (let length = parts.length; length > 0; length--) {
    const words = known[parts.slice(0, length).join('.')];
    if (words) return words;
  }
  return undefined;
}
