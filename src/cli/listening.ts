/** Where the dashboard may be opened, looked at before anything starts, so that a mistake costs one line. */
import { createServer, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { RunConfig } from '../contract/config.ts';
import { parseAddress, scopeOf } from '../model/address.ts';
import { EXIT, Failure } from './terminal.ts';

type Listening = Pick<RunConfig, 'listen' | 'port' | 'wan' | 'demo'>;

/** IPv6 addresses of an interface that has just come up are checked for duplicates first (RFC 4862 §5.4). */
const TENTATIVE_FOR = 4_000;
const PAUSE = 200;

/** @throws Failure in words about addresses or port */
export async function checkListening({ listen, port, wan, demo }: Listening): Promise<void> {
  for (const address of listen) {
    const scope = scopeOf(...parseAddress(address)!);
    if (scope === 'unspecified') {
      throw wrong(
        `${address} would be all addresses, also those towards the internet; --listen takes those of one interface`,
      );
    }
    if (demo && scope !== 'loopback') {
      throw wrong(`a virtual or recorded home is shown on this machine alone; leave out --listen ${address}`);
    }
    if (wan !== undefined && addressesOf(wan).includes(address)) {
      throw wrong(`${address} is on ${wan}, towards the internet; the dashboard is never offered there`);
    }
  }
  for (const address of listen) await tryToBind(address, port);
}

async function tryToBind(address: string, port: number): Promise<void> {
  const patientUntil = performance.now() + TENTATIVE_FOR;
  for (;;) {
    const code = await bindOnce(address, port);
    if (code === undefined) return;
    const tentative = code === 'EADDRNOTAVAIL' && ownAddresses().includes(address) && performance.now() < patientUntil;
    if (!tentative) throw refusal(code, address, port);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** @returns the error's code, `undefined` when the port is free */
function bindOnce(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, ipv6Only: isIPv6(host) }, () => server.close(() => resolve(undefined)));
  });
}

function refusal(code: string, address: string, port: number): Failure {
  switch (code) {
    case 'EADDRINUSE':
      return new Failure(
        `another program uses port ${port} of ${address}; choose another with --port (0 takes a free one)`,
      );
    case 'EADDRNOTAVAIL':
      return wrong(`this machine does not have the address ${address}; it has ${ownAddresses().join(', ')}`);
    case 'EACCES':
      return new Failure(`this user may not use port ${port}; choose one above 1023 with --port`);
    default:
      return new Failure(`port ${port} of ${address} cannot be used: ${code}`);
  }
}

const wrong = (message: string) => new Failure(`${message} (see spin start --help)`, EXIT.usage);

/** Addresses of an interface that others can name: those of one link alone need its name too. */
export function addressesOf(name: string): string[] {
  return addresses([name]);
}

const ownAddresses = () => addresses(Object.keys(networkInterfaces()));

function addresses(names: readonly string[]): string[] {
  const interfaces = networkInterfaces();
  const all = names.flatMap((name) => interfaces[name] ?? []).map(({ address }) => address);
  return all.filter((address) => !address.startsWith('fe80:'));
}

/** Where to open the dashboard: from the home first, where it is offered there. */
export function urlsOf(listen: readonly string[], port: number): string[] {
  const isLocal = (address: string) => scopeOf(...parseAddress(address)!) === 'loopback';
  const remote = listen.filter((address) => !isLocal(address));
  return [...remote, ...listen.filter(isLocal)].map(
    (address) => `http://${isIPv6(address) ? `[${address}]` : address}:${port}/`,
  );
}
