/**
 * The thread that reads and counts, while the main one decodes control packets and keeps the home: what the digest
 * tells goes through the ring, in its order.
 */
import { parentPort } from 'node:worker_threads';
import { ControlDecoder } from '../decode/control.ts';
import type { Packet } from '../decode/packet.ts';
import { NOBODY } from '../decode/protocol.ts';
import { Digest } from '../digest/digest.ts';
import { CaptureError } from '../source/capture/error.ts';
import { readCapture } from '../source/capture/read.ts';
import { quicCrypto } from '../source/quic-crypto.ts';
import type { DigestTask, DigestWord } from './digest-task.ts';
import { RingWriter } from './ring.ts';

const TCP = 6;

parentPort?.once('message', work);

async function work({ file, ring, digest: options }: DigestTask): Promise<void> {
  const out = new RingWriter(ring);
  const digest = new Digest(
    (observation) => {
      if (observation.kind === 'flows') out.flows(observation.at, observation.flows);
      else out.tick(observation.at);
    },
    { ...options, control: forwarding(out) },
  );
  const word = await read(file, digest);
  parentPort?.postMessage(word);
  out.end();
}

/** Gives control packets on, to be told by the other thread's decoder. */
function forwarding(out: RingWriter) {
  /** Knows which segments continue a message. */
  const streams = new ControlDecoder(NOBODY, { crypto: quicCrypto });
  return {
    wants: (p: Packet) => streams.wants(p),
    packet(p: Packet) {
      if (p.protocol === TCP && p.family !== 0) streams.packet(p);
      out.frame(p);
    },
  };
}

async function read(file: string, digest: Digest): Promise<DigestWord> {
  const say = (taken: number, size: number) => parentPort?.postMessage({ taken, size } satisfies DigestWord);
  let fault: { offset: number; reason: string; frames: number } | undefined;
  try {
    await readCapture(file, digest, { onProgress: say });
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    const { offset, reason, frames } = error;
    fault = { offset, reason, frames };
  }
  digest.finish();
  return { totals: digest.totals, ...(fault && { fault }) };
}
