/** Counts the DNS and TLS records that the decoders make of a capture, by device. */
import { ControlDecoder } from '../../src/decode/control.ts';
import { Digest } from '../../src/digest/digest.ts';
import type { Observation } from '../../src/model/observation.ts';
import { readCapture } from '../../src/source/capture/read.ts';
import { quicCrypto } from '../../src/source/quic-crypto.ts';

export type Records = Record<string, { dnsQueries: number; dnsAnswers: number; hellos: number }>;

/** Records by the hardware address of the device that asked. */
export async function countRecords(file: string): Promise<Records> {
  const records: Records = {};
  const count = (observation: Observation) => {
    if (observation.kind !== 'dns' && observation.kind !== 'hello') return;
    const { mac } = observation.client;
    if (mac === undefined) return;
    records[mac] ??= { dnsQueries: 0, dnsAnswers: 0, hellos: 0 };
    if (observation.kind === 'hello') records[mac].hellos += 1;
    else if (observation.response) records[mac].dnsAnswers += 1;
    else records[mac].dnsQueries += 1;
  };
  const digest = new Digest(count, { control: new ControlDecoder(count, { crypto: quicCrypto }) });
  await readCapture(file, digest);
  digest.finish();
  return records;
}
