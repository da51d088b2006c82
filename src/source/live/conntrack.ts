/**
 * Connections as the kernel's connection tracking counts them: begin and end by events, counters in between by questions
 * while connections are few and by dumps above. The event loop waits for events; only counters are read by the clock.
 */
import type { ConntrackTable } from '../../digest/conntrack.ts';
import { ConntrackEntry } from '../../digest/conntrack-entry.ts';
import { CONNTRACK, ConntrackParser, dumpRequest, GROUP_DESTROY, GROUP_NEW } from '../netlink/ctnetlink.ts';
import { getOption, SOL_SOCKET, SystemCallError } from '../netlink/libc.ts';
import { eachMessage } from '../netlink/message.ts';
import { NETLINK_NETFILTER, NetlinkSocket, type Watch, whenReadable } from '../netlink/socket.ts';
import { DumpPace } from './dump-pace.ts';
import { INQUIRIES_PER_CALL, Inquiries } from './inquiries.ts';

/** 1,280 bytes an event: 50,000 events of room when doubled by the kernel, a second at the worst measured rate. */
const EVENT_BUFFER = 32 * 1024 * 1024;
/** Events read by one call. */
const DATAGRAMS = 128;
/** Events handled in one turn of the event loop, some 20 ms of work. */
const EVENTS_PER_TURN = 8192;
/** So many at once that the buffer could fill until the next step: the next ones are read this soon, ms. */
const MANY_EVENTS = 2048;
const SOON_MS = 5;
const INQUIRE_MS = 1000;
/** While connections are asked for one by one, the whole table is read this often to find what was missed, ms. */
const CONFIRM_MS = 28_000;
/** `SO_MEMINFO` and the place of the drop counter in it (linux/sock_diag.h). */
const SO_MEMINFO = 55;
const MEMINFO_DROPS = 8;

export type ConntrackSourceOptions = {
  table: ConntrackTable;
  /** ms since the epoch. */
  now: () => number;
  /** The table may have something to drain, or something was lost: `collect` is to be called soon. */
  onChange: () => void;
  /** Receive buffer for events, bytes. */
  eventBuffer?: number;
};

export class ConntrackSource {
  readonly #table: ConntrackTable;
  readonly #now: () => number;
  readonly #onChange: () => void;
  readonly #events: NetlinkSocket;
  readonly #dumps: NetlinkSocket;
  readonly #answers: NetlinkSocket;
  readonly #eventParser: ConntrackParser;
  readonly #dumpParser: ConntrackParser;
  readonly #answerParser: ConntrackParser;
  readonly #inquiries = new Inquiries();
  readonly #entry = new ConntrackEntry();
  readonly #pace = new DumpPace();
  readonly #eventWatch: Watch;
  #timer: NodeJS.Timeout | undefined;
  #soon: NodeJS.Timeout | undefined;
  #overruns = 0;
  /** Events since the last call of `collect`. */
  #collected = 0;
  #dumping = false;
  #entriesInDump = 0;
  #dumpedAt = Number.NEGATIVE_INFINITY;
  /** Dumps still needed to be sure that a connection which the kernel no longer knew is over. */
  #dumpsDue = 0;
  /** A reconciling dump is due as soon as the present dump is over. */
  #reconcile = true;
  #closed = false;
  /** Entries in the last complete dump. */
  entries = 0;
  /** Complete dumps. */
  completed = 0;

  /** Joins the events first and reads the table afterwards: nothing falls between. @throws SystemCallError */
  constructor(options: ConntrackSourceOptions) {
    this.#table = options.table;
    this.#now = options.now;
    this.#onChange = options.onChange;
    this.#events = new NetlinkSocket(NETLINK_NETFILTER, {
      groups: [GROUP_NEW, GROUP_DESTROY],
      receiveBuffer: options.eventBuffer ?? EVENT_BUFFER,
      datagrams: DATAGRAMS,
      datagramBytes: 4096,
    });
    this.#dumps = new NetlinkSocket(NETLINK_NETFILTER, { receiveBuffer: 1 << 20, datagrams: 4, datagramBytes: 65_536 });
    this.#answers = new NetlinkSocket(NETLINK_NETFILTER, {
      receiveBuffer: 1 << 20,
      datagrams: INQUIRIES_PER_CALL,
      datagramBytes: 1024,
    });
    this.#eventParser = new ConntrackParser(this.#events.view, this.#entry);
    this.#dumpParser = new ConntrackParser(this.#dumps.view, this.#entry);
    this.#answerParser = new ConntrackParser(this.#answers.view, this.#entry);
    this.#eventWatch = whenReadable(this.#events.fd, () => this.#wake());
    this.#schedule(0);
  }

  /** Events that the kernel could not deliver. It retries ends; begins come back with the next dump. */
  get undelivered(): number {
    return getOption(this.#events.fd, SOL_SOCKET, SO_MEMINFO, 36).getUint32(MEMINFO_DROPS * 4, true);
  }

  /**
   * Takes in the events that came since the last time. While there are some, nothing else reads them, so that one
   * wake-up handles many: at 1,000 connections a second waking up costs more than the events. Without any, the next one
   * is waited for.
   * @returns how many there were since the last call
   */
  collect(): number {
    if (!this.#closed && !this.#soon) {
      if (this.#readEvents() > 0) this.#onChange();
      else this.#eventWatch.resume();
    }
    const events = this.#collected;
    this.#collected = 0;
    return events;
  }

  /** Takes in all that waits, for a last drain at the end. */
  flush(): void {
    this.#readEvents();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#soon);
    this.#eventWatch.close();
    this.#events.close();
    this.#dumps.close();
    this.#answers.close();
  }

  #wake(): void {
    this.#eventWatch.pause();
    this.#readEvents();
    this.#onChange();
  }

  /** @returns how many there were */
  #readEvents(): number {
    if (this.#closed) return 0;
    const at = this.#now();
    let total = 0;
    let count = 0;
    do {
      count = this.#events.receive((start, end) => this.#readEvent(start, end, at));
      total += count;
    } while (count === DATAGRAMS && total < EVENTS_PER_TURN);
    if (this.#events.overruns !== this.#overruns) this.#lost();
    this.#collected += total;
    if (total >= MANY_EVENTS) this.#readSoon(total < EVENTS_PER_TURN ? SOON_MS : 0);
    return total;
  }

  #readSoon(delay: number): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      this.#readEvents();
      this.#onChange();
    }, delay);
  }

  #readEvent(start: number, end: number, at: number): void {
    eachMessage(this.#events.view, start, end, (type, _flags, from, to) => {
      if (!this.#eventParser.parse(from, to)) return;
      if (type === CONNTRACK.delete) {
        this.#table.end(this.#entry, at);
        this.#inquiries.remove(this.#entry.id);
      } else if (type === CONNTRACK.new) {
        this.#table.begin(this.#entry, at);
        this.#inquiries.add(this.#entry.id, this.#events.view, from, to);
      }
    });
  }

  #lost(): void {
    this.#overruns = this.#events.overruns;
    this.#reconcile = true;
    if (!this.#dumping) this.#schedule(0);
  }

  #schedule(delay: number): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => this.#count(), delay);
  }

  #count(): void {
    const dumpIsDue = this.#reconcile || this.#dumpsDue > 0 || this.#now() - this.#dumpedAt >= CONFIRM_MS;
    try {
      if (this.#dumping || dumpIsDue || !this.#inquiries.isComplete) this.#dump();
      else this.#inquire();
    } catch (error) {
      if (!(error instanceof SystemCallError)) throw error;
      // The kernel is short of memory for a moment.
      this.#dumping = false;
      this.#reconcile = true;
      this.#schedule(INQUIRE_MS);
    }
  }

  /** Counters that were read may have shown nothing new. */
  #tell(): void {
    if (this.#table.waiting > 0) this.#onChange();
  }

  #inquire(): void {
    const at = this.#now();
    const missed: number[] = [];
    this.#inquiries.ask((messages) => {
      this.#answers.send(messages);
      this.#answers.receive((start, end) =>
        eachMessage(
          this.#answers.view,
          start,
          end,
          (_type, _flags, from, to) => {
            if (this.#answerParser.parse(from, to)) this.#table.update(this.#entry, at);
          },
          { done: () => {}, failed: (_errno, id) => missed.push(id) },
        ),
      );
    });
    this.#missed(missed);
    this.#tell();
    this.#schedule(INQUIRE_MS);
  }

  /**
   * The kernel no longer knew these. It drops an expired connection when it is asked for, and the event of that end is
   * here at once; for one that is open still, only dumps can tell.
   */
  #missed(ids: readonly number[]): void {
    if (ids.length === 0) return;
    this.#readEvents();
    if (ids.some((id) => this.#inquiries.has(id))) this.#dumpsDue = 2;
  }

  #dump(): void {
    if (!this.#dumping) {
      this.#inquiries.begin();
      this.#table.startDump(this.#reconcile);
      this.#pace.start(this.#now(), this.#reconcile || this.entries <= DumpPace.SMALL);
      this.#reconcile = false;
      this.#dumping = true;
      this.#entriesInDump = 0;
      this.#dumps.send(dumpRequest(this.#dumps.nextSequence));
    }
    const at = this.#now();
    this.#pace.startSlice();
    while (this.#dumping && !this.#pace.sliceIsOver()) {
      this.#dumps.receive((start, end) => this.#readDump(start, end, at));
    }
    this.#pace.endSlice();
    this.#tell();
    this.#schedule(this.#dumping ? this.#pace.pause() : this.#reconcile ? 0 : this.#pace.rest(this.#now()));
  }

  #readDump(start: number, end: number, at: number): void {
    eachMessage(
      this.#dumps.view,
      start,
      end,
      (_type, _flags, from, to) => {
        this.#entriesInDump++;
        if (!this.#dumpParser.parse(from, to)) return;
        this.#table.update(this.#entry, at);
        this.#inquiries.add(this.#entry.id, this.#dumps.view, from, to);
      },
      {
        done: () => this.#endDump(at),
        failed: () => {
          this.#dumping = false;
          this.#reconcile = true;
        },
      },
    );
  }

  #endDump(at: number): void {
    this.#dumping = false;
    this.#table.finishDump(at);
    this.#inquiries.end();
    this.#dumpedAt = at;
    this.#dumpsDue = Math.max(0, this.#dumpsDue - 1);
    this.entries = this.#entriesInDump;
    this.#pace.finish();
    this.completed++;
  }
}
