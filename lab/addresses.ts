import { run } from './command.ts';

type Link = { addr_info: { local: string; scope: string }[] };

/** The addresses of an interface in a namespace, without link-local ones; temporary IPv6 addresses included. */
export async function addressesOf(place: { namespace: string; interface: string }): Promise<string[]> {
  const out = await run('ip', ['-n', place.namespace, '-j', 'addr', 'show', 'dev', place.interface]);
  const links = JSON.parse(out) as Link[];
  return links.flatMap((link) => link.addr_info.filter(({ scope }) => scope === 'global').map(({ local }) => local));
}
