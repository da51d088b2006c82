/** Debian's listeners to connection tracking, with configurations that give them large buffers. */
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTrackingRules } from '../../src/source/live/nftables.ts';
import { type Testbed, until } from '../../src/source/live/testbed.ts';
import type { Listener } from './connections.ts';
import { cpuOf, memoryOf } from './process.ts';

const BUFFER = 8 * 1024 * 1024;
const LARGEST_BUFFER = 32 * 1024 * 1024;

type Program = {
  path: string;
  arguments: (config: string) => string[];
  config: (directory: string) => string;
  /** Says in its log that a connection is over. */
  mark: string;
};

export const OTHERS: Readonly<Record<string, Program>> = {
  conntrackd: {
    path: '/usr/sbin/conntrackd',
    arguments: (config) => ['-C', config],
    config: (directory) => `General {
  HashSize 65536
  HashLimit 262144
  Syslog off
  LogFile off
  LockFile ${directory}/lock
  UNIX {
    Path ${directory}/control
  }
  NetlinkBufferSize ${BUFFER}
  NetlinkBufferSizeMaxGrowth ${LARGEST_BUFFER}
}
Stats {
  LogFile ${directory}/ends.log
}
`,
    mark: '\n',
  },
  ulogd2: {
    path: '/usr/sbin/ulogd',
    arguments: (config) => ['-c', config],
    config: (directory) => `[global]
logfile="${directory}/ulogd.log"
loglevel=5
plugin="/usr/lib/x86_64-linux-gnu/ulogd/ulogd_inpflow_NFCT.so"
plugin="/usr/lib/x86_64-linux-gnu/ulogd/ulogd_filter_IP2STR.so"
plugin="/usr/lib/x86_64-linux-gnu/ulogd/ulogd_filter_PRINTFLOW.so"
plugin="/usr/lib/x86_64-linux-gnu/ulogd/ulogd_output_LOGEMU.so"
stack=ct:NFCT,text:IP2STR,line:PRINTFLOW,file:LOGEMU
[ct]
event_mask=0x00000005
hash_enable=0
netlink_socket_buffer_size=${BUFFER}
netlink_socket_buffer_maxsize=${LARGEST_BUFFER}
[file]
file="${directory}/ends.log"
sync=1
`,
    mark: '[DESTROY]',
  },
};

export class Other implements Listener {
  readonly #directory = mkdtempSync(join(tmpdir(), 'spin-bench-'));
  readonly #process: ChildProcess;
  readonly #mark: string;
  #log: number | undefined;
  #ends = 0;
  #rest = '';

  /** @throws Error where the program is not installed */
  constructor(bed: Testbed, program: Program) {
    if (!existsSync(program.path)) throw new Error(`${program.path} is not installed`);
    this.#mark = program.mark;
    const config = join(this.#directory, 'config');
    writeFileSync(config, program.config(this.#directory));
    bed.run(bed.router, ['nft', '-f', '-'], startTrackingRules());
    bed.write(bed.router, 'net/netfilter/nf_conntrack_acct', '1');
    bed.write(bed.router, 'net/netfilter/nf_conntrack_timestamp', '1');
    this.#process = bed.start(bed.router, [program.path, ...program.arguments(config)]);
    this.#process.stdout?.resume();
  }

  async ready(): Promise<void> {
    const log = join(this.#directory, 'ends.log');
    await until('its log', () => existsSync(log), 10_000);
    this.#log = openSync(log, 'r');
  }

  cpu(): { listener: number; controller: number } {
    return { listener: cpuOf(this.#process.pid!), controller: 0 };
  }

  memory(): number {
    return memoryOf(this.#process.pid!);
  }

  async ends(): Promise<number> {
    const chunk = Buffer.alloc(1 << 20);
    for (;;) {
      const length = readSync(this.#log!, chunk);
      if (length === 0) return this.#ends;
      const text = this.#rest + chunk.toString('latin1', 0, length);
      const parts = text.split(this.#mark);
      this.#ends += parts.length - 1;
      // The mark may be cut in two between chunks.
      this.#rest = this.#mark.length > 1 ? parts.at(-1)!.slice(1 - this.#mark.length) : '';
    }
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.#process.once('exit', resolve));
    if (this.#process.exitCode === null) {
      this.#process.kill('SIGTERM');
      await gone;
    }
    if (this.#log !== undefined) closeSync(this.#log);
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
