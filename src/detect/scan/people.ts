import { classOf } from '../../model/kinds.ts';

/** People look through their own home, and so do their apps; who looks after machines is answered by them: that is told, and not stopped on this alone. */
export const CONFIDENCE_OF_PEOPLE = 0.6;

/** Whether a device is known to be one that people use for all sorts of things. */
export function isOfPeople(kind: string | undefined): boolean {
  return kind !== undefined && classOf(kind) === 'general';
}
