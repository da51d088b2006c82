/**
 * What changes in a set of the firewall, or a map; its name and fields as nft writes them. `flush` takes all elements
 * away. What stands beside an added element is a limit, a verdict, or both (`LIMIT : VERDICT`).
 */
export type SetChange = {
  set: string;
  type: string;
  /** Each element counts what it is found for. */
  counts: boolean;
} & (
  | { action: 'flush' }
  | { action: 'delete'; keys: readonly string[] }
  | { action: 'add'; elements: ReadonlyArray<readonly [key: string, beside: string]> }
);
