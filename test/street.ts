/** A router with a host on either side, in network namespaces of their own; nothing leaves them. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const SPEAK = join(import.meta.dirname, 'speak.ts');
const RESOLVE = join(import.meta.dirname, 'resolve.ts');

/** Addresses of documentation (RFC 5737, RFC 3849) and locally administered hardware addresses. */
export const HOME = { v4: '192.0.2.10', v6: '2001:db8:1::10', mac: '02:00:00:00:01:10' } as const;
export const ROUTER = { v4: '192.0.2.1', v6: '2001:db8:1::1', wan4: '203.0.113.1', wan6: '2001:db8:2::1' } as const;
export const FAR = { v4: '203.0.113.2', v6: '2001:db8:2::2', port: 80 } as const;

export type Answer = { status?: number; body?: string; error?: string };

const LARGEST_ANSWER = 16 << 20;

let made = 0;

export class Street {
  readonly home: string;
  readonly router: string;
  readonly far: string;
  #server: ChildProcess | undefined;
  #resolver: ChildProcess | undefined;

  constructor() {
    const id = `spin-street${process.pid}-${++made}`;
    this.home = `${id}-home`;
    this.router = `${id}-router`;
    this.far = `${id}-far`;
    try {
      this.#make();
    } catch (error) {
      this.remove();
      throw error;
    }
  }

  /** A command that is run inside the router. */
  readonly inRouter = (spin: string): string[] => ['ip', 'netns', 'exec', this.router, spin];

  /** Starts an HTTP server, by default on the far side. */
  async serve(namespace = this.far): Promise<void> {
    this.#server = spawn('ip', ['netns', 'exec', namespace, process.execPath, SPEAK, 'serve', `${FAR.port}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(this.#server.stdout!, 'data');
  }

  /** @param from the address that it is asked from, where that is not the host's first */
  ask(namespace: string, url: string, host = '', body = '', from = ''): Answer {
    const args = ['ask', url, host, body, from];
    return JSON.parse(run(['ip', 'netns', 'exec', namespace, process.execPath, SPEAK, ...args])) as Answer;
  }

  /** A resolver on the router's own address; what it answers to any name is told to what is returned. */
  resolve(): (addresses: readonly string[]) => Promise<void> {
    const command = ['ip', 'netns', 'exec', this.router, process.execPath, RESOLVE, 'serve', ROUTER.v4];
    const resolver = spawn(command[0]!, command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#resolver = resolver;
    return async (addresses) => {
      resolver.stdin.write(`${addresses.join(' ')}\n`);
      await once(resolver.stdout, 'data');
    };
  }

  /** The addresses of a name, as a host in the home learns them. */
  lookUp(name: string): string[] {
    const command = ['ip', 'netns', 'exec', this.home, process.execPath, RESOLVE, 'ask', ROUTER.v4, name];
    return JSON.parse(run(command)) as string[];
  }

  /** One more address of a host, usable at once. */
  addAddress(namespace: string, address: string): void {
    const nodad = address.includes(':') ? ['nodad'] : [];
    ip('-n', namespace, 'addr', 'add', address, 'dev', 'eth0', ...nodad);
  }

  /** Everything that a guard could have changed in the router: firewall and kernel parameters. */
  snapshot(): string {
    const inside = ['ip', 'netns', 'exec', this.router];
    const folders = ['netfilter', 'ipv4', 'ipv6', 'core'].map((name) => `/proc/sys/net/${name}`);
    // Some parameters cannot be read; some change by themselves.
    const { stdout } = spawnSync('ip', ['netns', 'exec', this.router, 'grep', '-rs', '.', ...folders], {
      encoding: 'utf8',
      maxBuffer: LARGEST_ANSWER,
    });
    const parameters = stdout.split('\n').filter((line) => !/nf_conntrack_count|random|stat_refresh/.test(line));
    return [run([...inside, 'nft', 'list', 'ruleset']), ...parameters.sort()].join('\n');
  }

  remove(): void {
    this.#server?.kill('SIGKILL');
    this.#resolver?.kill('SIGKILL');
    for (const name of [this.home, this.router, this.far]) {
      try {
        execFileSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
      } catch {
        // It never came to be.
      }
    }
  }

  #make(): void {
    for (const name of [this.home, this.router, this.far]) {
      ip('netns', 'add', name);
      ip('-n', name, 'link', 'set', 'lo', 'up');
    }
    this.#link('lan', this.home, HOME.mac);
    this.#link('wan', this.far, '02:00:00:00:02:02');
    this.#addresses(this.router, 'lan', `${ROUTER.v4}/24`, `${ROUTER.v6}/64`);
    this.#addresses(this.router, 'wan', `${ROUTER.wan4}/24`, `${ROUTER.wan6}/64`);
    this.#addresses(this.home, 'eth0', `${HOME.v4}/24`, `${HOME.v6}/64`);
    this.#addresses(this.far, 'eth0', `${FAR.v4}/24`, `${FAR.v6}/64`);
    // The far host knows the way to the home's own addresses: nothing but SPIN itself keeps it out.
    for (const [name, v4, v6] of [
      [this.home, ROUTER.v4, ROUTER.v6],
      [this.far, ROUTER.wan4, ROUTER.wan6],
    ] as const) {
      ip('-n', name, 'route', 'add', 'default', 'via', v4);
      ip('-n', name, '-6', 'route', 'add', 'default', 'via', v6);
    }
    const forwarding = ['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'];
    ip('netns', 'exec', this.router, 'sysctl', '-qw', ...forwarding);
  }

  #link(name: string, peer: string, mac: string): void {
    ip('-n', this.router, 'link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', peer);
    ip('-n', peer, 'link', 'set', 'eth0', 'address', mac, 'up');
    ip('-n', this.router, 'link', 'set', name, 'up');
  }

  #addresses(namespace: string, link: string, v4: string, v6: string): void {
    ip('-n', namespace, 'addr', 'add', v4, 'dev', link);
    ip('-n', namespace, 'addr', 'add', v6, 'dev', link, 'nodad');
  }
}

function ip(...args: string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

function run([command, ...args]: string[]): string {
  return execFileSync(command!, args, { encoding: 'utf8', maxBuffer: LARGEST_ANSWER, timeout: 20_000 });
}
