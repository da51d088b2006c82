import { Refusal as NotDecided } from '../decide/refusal.ts';
import { CannotStore } from '../serve/door.ts';
import { REFUSALS, Refusal } from '../serve/refusal.ts';
import { AuditFull } from '../store/decisions.ts';
import { StoreFailing } from '../store/store.ts';
import { CannotUndo } from './rules/decisions.ts';

/** Does what a person asked for; a refusal comes in the server's words. @param onStored told after each attempt */
export function attempt<T>(work: () => T, onStored: () => void): T {
  try {
    return work();
  } catch (error) {
    throw inServersWords(error);
  } finally {
    onStored();
  }
}

/** What the server says of a fault of deciding or storing; any other is left as it is. */
function inServersWords(error: unknown): unknown {
  if (error instanceof StoreFailing) return new CannotStore(error.message);
  if (error instanceof AuditFull) return new Refusal('audit-full');
  if (error instanceof CannotUndo) return new Refusal(error.code, { message: error.message, field: 'change' });
  if (!(error instanceof NotDecided)) return error;
  const { code, field } = error;
  return new Refusal(code, { message: sentence(error), field });
}

/** What is wrong in general, and what in particular where that says more. */
function sentence({ code, field, message }: NotDecided): string {
  const general = REFUSALS[code][1];
  if (code.startsWith('unknown-')) return general;
  return `${general.replace(/\.$/, '')}: ${message.slice(field.length + 2)}.`;
}
