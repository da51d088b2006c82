import type { Worker } from 'node:worker_threads';
import { ControlDecoder } from '../decode/control.ts';
import { decodeFrame } from '../decode/frame.ts';
import { FRAME, Packet } from '../decode/packet.ts';
import { Digest } from '../digest/digest.ts';
import { newTotals, type Totals } from '../digest/totals.ts';
import type { Observation } from '../model/observation.ts';
import { type ByteSource, openBytes, withHead } from '../source/capture/chunks.ts';
import { CaptureError } from '../source/capture/error.ts';
import { readCapture, reasonOf } from '../source/capture/read.ts';
import { CHUNK } from '../source/capture/stream.ts';
import { isFlowLog, readFlowLog } from '../source/flow-log/read.ts';
import type { FlowRow } from '../source/flow-log/row.ts';
import { quicCrypto } from '../source/quic-crypto.ts';
import type { DigestTask, DigestWord } from './digest-task.ts';
import { isWorthAThread, takeThread } from './reading-thread.ts';
import { newRing, RingReader, type RingSink } from './ring.ts';

/** What a file held; a fault is where its reading ended early. */
export type Digested = {
  totals: Totals;
  fault: CaptureError | undefined;
  /** Of a log of flows: what is wrong with lines of it, and how many of them could not be read. */
  messages?: string[];
  bad?: number;
};

type Sink = (observation: Observation) => void;
type Progress = (taken: number, size: number) => void;

/** The seed is fixed, so that the same file gives the same answer every time. */
const OPTIONS = { seed: 0x5b1d_e5e1, standingStep: 1000, crowds: true };

/**
 * Reads a capture or a log of flows, whichever its first bytes say it is, and gives what it tells to `sink`; a large
 * capture is read and counted by a second thread. The observations are the same, in the same order, either way.
 */
export async function digestFile(
  file: string,
  sink: Sink,
  progress: Progress,
  threaded = isWorthAThread(file),
  onRow?: (row: FlowRow) => void,
): Promise<Digested> {
  let opened: Opened | undefined;
  try {
    opened = await open(file);
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === undefined) throw error;
    return { totals: newTotals(), fault: new CaptureError(file, 0, reason, 0) };
  }
  if (isFlowLog(opened.head)) return digestFlowLog(file, opened, sink, progress, onRow);
  if (!threaded) return digestHere(file, withHead(opened.source, opened.head), sink, progress);
  opened.source.close();
  return digestInThread(file, sink, progress);
}

type Opened = { source: ByteSource; head: Uint8Array };

async function open(file: string): Promise<Opened> {
  const source = await openBytes(file);
  const head = new Uint8Array(CHUNK);
  try {
    return { source, head: head.subarray(0, await source.read(head, 0)) };
  } catch (error) {
    source.close();
    throw error;
  }
}

async function digestFlowLog(
  file: string,
  { source, head }: Opened,
  sink: Sink,
  onProgress: Progress,
  onRow?: (row: FlowRow) => void,
): Promise<Digested> {
  try {
    const { totals, rows, bad, messages, fault } = await readFlowLog(file, source, head, sink, {
      onProgress,
      ...(onRow && { onRow }),
    });
    const isNothing = rows === 0 && bad > 0;
    const reason = fault ?? (isNothing ? 'no row of it can be read' : undefined);
    return {
      ...{ totals, messages, bad },
      fault: reason === undefined ? undefined : new CaptureError(file, source.taken, reason, rows),
    };
  } finally {
    source.close();
  }
}

async function digestHere(file: string, opened: ByteSource, sink: Sink, onProgress: Progress): Promise<Digested> {
  const digest = new Digest(sink, { ...OPTIONS, control: new ControlDecoder(sink, { crypto: quicCrypto }) });
  let fault: CaptureError | undefined;
  try {
    await readCapture(file, digest, { onProgress, opened });
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    fault = error;
  }
  digest.finish();
  return { totals: digest.totals, fault };
}

async function digestInThread(file: string, sink: Sink, progress: Progress): Promise<Digested> {
  const ring = newRing();
  const worker = takeThread();
  const reader = new RingReader(ring);
  const into = new Observations(sink);
  const last = lastWord(worker, progress);
  worker.postMessage({ file, ring, digest: OPTIONS } satisfies DigestTask);
  // A thread that fails fills no more blocks, and would be waited for in vain.
  const failed = last.then(
    () => new Promise<never>(() => {}),
    (error: unknown) => Promise.reject(error),
  );
  while (await Promise.race([reader.next(into), failed]));
  const { totals, fault } = await last;
  return { totals, fault: fault && new CaptureError(file, fault.offset, fault.reason, fault.frames) };
}

type LastWord = Extract<DigestWord, { totals: Totals }>;

function lastWord(worker: Worker, progress: Progress): Promise<LastWord> {
  return new Promise((resolve, reject) => {
    worker.on('message', (word: DigestWord) => {
      if ('totals' in word) resolve(word);
      else progress(word.taken, word.size);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`the reading thread ended with ${code}`)));
  });
}

/** What comes out of the ring, as the observations of a digest in this thread. */
class Observations implements RingSink {
  readonly #sink: Sink;
  readonly #control: ControlDecoder;
  readonly #packet = new Packet();

  constructor(sink: Sink) {
    this.#sink = sink;
    this.#control = new ControlDecoder(sink, { crypto: quicCrypto });
  }

  flows(at: number, flows: Parameters<RingSink['flows']>[1]): void {
    this.#sink({ kind: 'flows', at, flows });
  }

  tick(at: number): void {
    this.#sink({ kind: 'tick', at });
  }

  frame(
    bytes: Uint8Array,
    view: DataView,
    start: number,
    end: number,
    wireLength: number,
    at: number,
    linkType: number,
  ): void {
    const p = this.#packet;
    p.bytes = bytes;
    p.view = view;
    p.frameStart = start;
    p.frameEnd = end;
    p.wireLength = wireLength;
    p.at = at;
    p.linkType = linkType;
    if (decodeFrame(p, linkType) !== FRAME.skipped) this.#control.packet(p);
  }
}
