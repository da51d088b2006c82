/**
 * A router between a home and the internet, in three network namespaces, for tests and measurements. Everything is
 * from documentation and private ranges, and nothing leaves the namespaces.
 */
import { execFileSync, spawn } from 'node:child_process';
import { enterNamespace } from '../netlink/libc.ts';

export const HOME = { v4: '192.0.2.2', v6: '2001:db8:1::2', mac: '02:00:00:00:01:02' } as const;
export const ROUTER = { v4: '192.0.2.1', v6: '2001:db8:1::1', mac: '02:00:00:00:01:01' } as const;
export const FAR = { v4: '203.0.113.2', v6: '2001:db8:2::2' } as const;

const NAT = `table ip nat {
  chain postrouting {
    type nat hook postrouting priority 100
    oifname "wan" masquerade
  }
}
`;

/** Why no test bed can be made here; `undefined` where it can. */
export function cannotRun(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  const name = `spin-probe-${process.pid}`;
  try {
    execFileSync('ip', ['netns', 'add', name], { stdio: 'pipe' });
    execFileSync('ip', ['netns', 'del', name], { stdio: 'pipe' });
    return undefined;
  } catch {
    return 'no network namespaces';
  }
}

let made = 0;

export class Testbed {
  readonly home: string;
  readonly router: string;
  readonly internet: string;

  constructor(options: { nat: boolean }) {
    const id = `spin-t${process.pid}-${++made}`;
    this.home = `${id}-home`;
    this.router = `${id}-router`;
    this.internet = `${id}-net`;
    try {
      this.#make(options.nat);
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  #make(nat: boolean): void {
    for (const name of this.#names()) {
      ip('netns', 'add', name);
      ip('-n', name, 'link', 'set', 'lo', 'up');
      // No duplicate address detection: addresses are usable at once.
      this.write(name, 'net/ipv6/conf/default/accept_dad', '0');
    }
    this.plug();
    this.#link('wan', '02:00:00:00:02:01', this.internet, '02:00:00:00:02:02');
    this.#address(this.router, 'wan', '203.0.113.1', '2001:db8:2::1');
    this.#address(this.internet, 'eth0', FAR.v4, FAR.v6);
    this.#route(this.internet, '203.0.113.1', '2001:db8:2::1');
    this.write(this.router, 'net/ipv4/ip_forward', '1');
    this.write(this.router, 'net/ipv6/conf/all/forwarding', '1');
    if (nat) this.run(this.router, ['nft', '-f', '-'], NAT);
  }

  /** Makes the cable between home and router. */
  plug(): void {
    this.#link('lan', ROUTER.mac, this.home, HOME.mac);
    this.#address(this.home, 'eth0', HOME.v4, HOME.v6);
    this.#address(this.router, 'lan', ROUTER.v4, ROUTER.v6);
    this.#route(this.home, ROUTER.v4, ROUTER.v6);
  }

  /** Takes the cable between home and router away, with both its interfaces. */
  unplug(): void {
    ip('-n', this.router, 'link', 'del', 'lan');
  }

  #route(name: string, v4: string, v6: string): void {
    ip('-n', name, 'route', 'add', 'default', 'via', v4);
    ip('-n', name, '-6', 'route', 'add', 'default', 'via', v6);
  }

  #link(name: string, mac: string, peer: string, peerMac: string): void {
    ip('-n', this.router, 'link', 'add', name, 'address', mac, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', peer);
    ip('-n', peer, 'link', 'set', 'eth0', 'address', peerMac, 'up');
    ip('-n', this.router, 'link', 'set', name, 'up');
  }

  #address(name: string, device: string, v4: string, v6: string): void {
    ip('-n', name, 'addr', 'add', `${v4}/24`, 'dev', device);
    ip('-n', name, 'addr', 'add', `${v6}/64`, 'dev', device, 'nodad');
  }

  /** Runs a command in a namespace to its end. */
  run(namespace: string, command: readonly string[], input = ''): string {
    return execFileSync('ip', ['netns', 'exec', namespace, ...command], { input, encoding: 'utf8', stdio: 'pipe' });
  }

  /** Starts a command in a namespace. */
  start(namespace: string, command: readonly string[]) {
    return spawn('ip', ['netns', 'exec', namespace, ...command], { stdio: ['pipe', 'pipe', 'inherit'] });
  }

  /** Sets a kernel parameter of a namespace. */
  write(namespace: string, parameter: string, value: string): void {
    this.run(namespace, ['tee', `/proc/sys/${parameter}`], value);
  }

  /** Calls back with this thread inside a namespace: sockets made there stay there. */
  inside<T>(namespace: string, act: () => T): T {
    enterNamespace(`/run/netns/${namespace}`);
    try {
      return act();
    } finally {
      enterNamespace(`/proc/${process.pid}/ns/net`);
    }
  }

  remove(): void {
    for (const name of this.#names()) {
      try {
        ip('netns', 'del', name);
      } catch {
        // It was never made.
      }
    }
  }

  #names(): string[] {
    return [this.home, this.router, this.internet];
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: 'pipe' });
}

/** Waits until the condition holds. @throws Error when it does not within `deadline` ms */
export async function until(what: string, holds: () => boolean, deadline = 5000): Promise<void> {
  const end = performance.now() + deadline;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`waited ${deadline} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
