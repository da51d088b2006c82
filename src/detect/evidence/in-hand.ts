import { D, FACT, FLAG, RECORD_DOUBLES, RECORD_WORDS, W } from '../../model/flow.ts';
import { PROTOCOL } from '../../model/protocols.ts';
import { MARK } from '../../track/witness.ts';
import { spread } from './places.ts';

const SYN = 2;
const RST = 4;
const ACK = 16;

const ECHO = 8 << 8;
const TIMESTAMP = 13 << 8;
const MASK = 17 << 8;
const ECHO6 = 128 << 8;

/** The flow record in hand, as the device sees it; one object for all records. */
export class InHand {
  words: Uint32Array = new Uint32Array(0);
  doubles: Float64Array = new Float64Array(0);
  device = 0;
  /** Conversation; -1 where only headers were seen. */
  entry = 0;
  marks = 0;
  flags = 0;
  slot = 0;
  /** First word and double of the record. */
  w = 0;
  d = 0;
  /** 0: the device is the record's source. */
  turned = 0;
  protocol = 0;
  /** Packets that the device sent and got. */
  up = 0;
  down = 0;
  /** Where the far end's address lies in `words`, and a hash of it. */
  far = 0;
  hash = 0;

  /** Reads what every record is looked at for. */
  take(
    words: Uint32Array,
    doubles: Float64Array,
    record: number,
    device: number,
    turned: number,
    marks: number,
    entry: number,
  ): void {
    const w = record * RECORD_WORDS;
    this.words = words;
    this.doubles = doubles;
    this.device = device;
    this.entry = entry;
    this.marks = marks;
    this.turned = turned;
    this.w = w;
    this.d = record * RECORD_DOUBLES;
    this.flags = words[w + W.flags]!;
    this.slot = words[w + W.slot]!;
    this.protocol = words[w + W.protocol]! & 255;
    this.up = words[w + W.packetsUp + turned]!;
    this.down = words[w + W.packetsUp + 1 - turned]!;
  }

  /** Reads the far end. */
  meet(seed: number): void {
    const { words } = this;
    const far = this.w + (this.turned === 0 ? W.destination : W.source);
    this.far = far;
    this.hash = spread(seed, words[far]!, words[far + 1]!, words[far + 2]!, words[far + 3]!, 0);
  }

  get isNew(): boolean {
    return (this.flags & FLAG.fresh) !== 0;
  }
  get isOver(): boolean {
    return (this.flags & FLAG.ended) !== 0;
  }
  /** Told by the kernel's counters: no flags, no facts. */
  get isCounted(): boolean {
    return (this.flags & FLAG.ipLengths) !== 0;
  }
  get isInitiatorKnown(): boolean {
    return (this.flags & FLAG.initiatorKnown) !== 0;
  }
  get isInside(): boolean {
    return (this.marks & (MARK.theirsHome | MARK.peer)) !== 0;
  }
  get isNamed(): boolean {
    return (this.marks & MARK.named) !== 0;
  }
  /** Multicast, broadcast and the like at one end: nobody's door. */
  get isToNobody(): boolean {
    return (this.marks & (MARK.theirsSpecial | MARK.oursSpecial)) !== 0;
  }
  /** From an address that is not of this home, by the frames of a device that is. */
  get isForeign(): boolean {
    return this.turned === 0 && (this.marks & (MARK.oursHome | MARK.onLink)) === MARK.onLink;
  }
  /** Service port; for ICMP type and code. */
  get port(): number {
    return this.words[this.w + W.ports]! & 0xffff;
  }
  /** The other port: that of the end that is taken for the client. */
  get clientPort(): number {
    return this.words[this.w + W.ports]! >>> 16;
  }
  get syns(): number {
    return this.words[this.w + W.syns]!;
  }
  get facts(): number {
    return this.words[this.w + W.facts]!;
  }
  /** TCP flags that the device has sent in this flow so far. */
  get flagsSent(): number {
    return (this.words[this.w + W.protocol]! >>> (this.turned === 0 ? 8 : 16)) & 255;
  }
  /** … that it got. */
  get flagsGot(): number {
    return (this.words[this.w + W.protocol]! >>> (this.turned === 0 ? 16 : 8)) & 255;
  }
  /**
   * The device sent a segment without a SYN first (ACK, FIN, no flag at all …), and nobody knew of a connection. One that
   * goes on from before the capture is answered, mostly within the record in hand.
   */
  get isBaseless(): boolean {
    if ((this.facts & FACT.stateless) === 0 || this.up === 0) return false;
    return (this.flagsSent & (SYN | RST)) === 0 && (this.down === 0 || this.isReset);
  }
  /** The far end sent a RST. */
  get isReset(): boolean {
    return (this.flagsGot & RST) !== 0;
  }
  /** The device asked for a connection and broke it off when it was granted: it wanted to know, or to cost, no more. */
  get isBrokenOff(): boolean {
    return (this.flagsGot & SYN) !== 0 && (this.flagsSent & (SYN | RST | ACK)) === (SYN | RST);
  }
  /** The device asked for a connection and went on in it, as programs do only once it was granted. */
  get isGoingOn(): boolean {
    return this.protocol === PROTOCOL.tcp && (this.flagsSent & (SYN | RST | ACK)) === (SYN | ACK);
  }
  get bytesUp(): number {
    return this.doubles[this.d + D.bytesUp + this.turned]!;
  }
  get bytesDown(): number {
    return this.doubles[this.d + D.bytesUp + 1 - this.turned]!;
  }
  get first(): number {
    return this.doubles[this.d + D.first]!;
  }
  get last(): number {
    return this.doubles[this.d + D.last]!;
  }
  get isIcmp(): boolean {
    return this.protocol === PROTOCOL.icmp || this.protocol === PROTOCOL.icmpv6;
  }
  /** An ICMP request of any kind, where what tells of errors asks nobody; and all of SCTP. */
  get isAsking(): boolean {
    const { port } = this;
    if (this.protocol === PROTOCOL.icmp) return port === ECHO || port === TIMESTAMP || port === MASK;
    if (this.protocol === PROTOCOL.sctp) return true;
    return this.protocol === PROTOCOL.icmpv6 && port === ECHO6;
  }
}
