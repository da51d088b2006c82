/**
 * What the guard needs of nftables to see: a table of its own whose only rule asks for the state of a connection and
 * accepts everything, because the kernel tracks connections only where a rule asks for them (a plain router without
 * NAT has none); and whether other tables offload flows past tracking.
 */
import { execFile } from 'node:child_process';

const TABLE = 'spin';
const CHAIN = 'observe';
const TIMEOUT_MS = 5000;

const OBSERVE = `add table inet ${TABLE}
add chain inet ${TABLE} ${CHAIN} { type filter hook forward priority 0 ; policy accept ; }
flush chain inet ${TABLE} ${CHAIN}
add rule inet ${TABLE} ${CHAIN} ct state new counter
`;

/** What switches connection tracking on, in nft's language. */
export function startTrackingRules(): string {
  return OBSERVE;
}

/** Switches connection tracking on, unless a policy's rules ask for it already. @throws Error with nft's own words */
export async function startTracking(): Promise<void> {
  const policy = (await chains()).some((name) => name !== CHAIN);
  if (!policy) await nft(['-f', '-'], OBSERVE);
}

/**
 * Removes the table where nothing of a policy is in it.
 * @returns whether rules of a policy stay
 */
export async function stopTracking(): Promise<boolean> {
  const ours = await chains();
  const alone = ours.every((name) => name === CHAIN);
  if (alone && ours.length > 0) await nft(['delete', 'table', 'inet', TABLE]);
  return !alone;
}

/** Of our table. */
async function chains(): Promise<string[]> {
  // Where there is nothing but what another process has made its own, nft says nothing at all.
  const { nftables = [] } = JSON.parse((await nft(['-j', 'list', 'chains', 'inet'])) || '{}') as Chains;
  return nftables.flatMap(({ chain }) => (chain?.table === TABLE ? [chain.name] : []));
}

type Chains = { nftables?: Array<{ chain?: { table: string; name: string } }> };

export type Offload = 'none' | 'software' | 'hardware';

/** Whether the firewall hands running flows to a fast path that packets and counters do not show. */
export async function readOffload(): Promise<Offload> {
  return offloadOf(await nft(['-j', 'list', 'flowtables']));
}

/** @param listing what `nft -j list flowtables` prints */
export function offloadOf(listing: string): Offload {
  const parsed = JSON.parse(listing) as { nftables?: Array<{ flowtable?: { flags?: string | string[] } }> };
  const tables = (parsed.nftables ?? []).flatMap((item) => (item.flowtable ? [item.flowtable] : []));
  if (tables.length === 0) return 'none';
  return tables.some((table) => [table.flags ?? []].flat().includes('offload')) ? 'hardware' : 'software';
}

/** Nothing of ours can be in a firewall then. */
export class NoNft extends Error {
  constructor() {
    super('nft is not installed');
  }
}

/** @throws NoNft, or Error with nft's own words */
export function nft(args: string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile('nft', args, { timeout: TIMEOUT_MS, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (error.code === 'ENOENT') reject(new NoNft());
      else reject(new Error(stderr.trim().split('\n')[0] || error.message));
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
