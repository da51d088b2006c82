import { isKind, type Kind as KnownKind } from '../../../src/model/kinds.ts';

/** What the page draws: a kind of the home, or a thing of which nobody knows what it is. */
export type Kind = KnownKind | 'device';

export function kindOf({ kind }: { kind?: string | undefined }): Kind {
  return kind !== undefined && isKind(kind) ? kind : 'device';
}
