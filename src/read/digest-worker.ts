/**
 * The thread that reads and counts, while the main one decodes control packets and keeps the home: what the digest
 * tells goes through the ring, in its order.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { ControlDecoder } from '../decode/control.ts';
import type { Packet } from '../decode/packet.ts';
import { Digest } from '../digest/digest.ts';
import { CaptureError } from '../source/capture/error.ts';
import { readCapture } from '../source/capture/read.ts';
import { quicCrypto } from '../source/quic-crypto.ts';
import type { DigestTask, DigestWord } from './digest-task.ts';
import { RingWriter } from './ring.ts';

const TCP = 6;
const { file, ring, digest: options } = workerData as DigestTask;
const out = new RingWriter(ring);

/** Knows which segments continue a message; what it reads of them is told by the other thread's decoder. */
const streams = new ControlDecoder(() => {}, { crypto: quicCrypto });
const control = {
  wants: (p: Packet) => streams.wants(p),
  packet(p: Packet) {
    if (p.protocol === TCP && p.family !== 0) streams.packet(p);
    out.frame(p);
  },
};
const digest = new Digest(
  (observation) => {
    if (observation.kind === 'flows') out.flows(observation.at, observation.flows);
    else out.tick(observation.at);
  },
  { ...options, control },
);

let word: DigestWord;
try {
  const say = (taken: number, size: number) => parentPort?.postMessage({ taken, size } satisfies DigestWord);
  await readCapture(file, digest, { onProgress: say });
  digest.finish();
  word = { totals: digest.totals };
} catch (error) {
  if (!(error instanceof CaptureError)) throw error;
  digest.finish();
  const { offset, reason, frames } = error;
  word = { totals: digest.totals, fault: { offset, reason, frames } };
}
parentPort?.postMessage(word);
out.end();
