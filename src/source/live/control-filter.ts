/**
 * Which packets a gateway sees one by one: those of the control protocols, the first words of TLS and QUIC, and SYNs.
 * The kernel decides, so that a fast download costs nothing here.
 *
 * Both directions of the LAN interface pass: questions come in, answers of the router's own servers go out. Of IPv6 only
 * the first header and one hop-by-hop header (MLD) are read; a control message behind others is not seen.
 */
import { BpfProgram } from './bpf.ts';

const WHOLE = 65_535;
/** A SYN's headers: Ethernet, the longest IPv4 or the plain IPv6 header, the longest TCP header. */
const SYN_BYTES = 134;
const ETHERNET = 14;

const TCP = 6;
const UDP = 17;
const ICMP6 = 58;
/** DNS, DHCP, DHCPv6, NetBIOS names, SSDP, port mapping (NAT-PMP, PCP), mDNS, LLMNR: either port. */
const UDP_PORTS = [53, 67, 68, 546, 547, 137, 1900, 5351, 5353, 5355];
/** Solicitations and advertisements of routers and neighbours (RFC 4861 §4). */
const NEIGHBOUR_DISCOVERY = [133, 134, 135, 136];
const HTTPS = 443;
/** First two octets of what decode/words.ts knows: `NI`CK, `US`ER, `CA`P of IRC, `{"` of mining, 19 and `B` of BitTorrent. */
const FIRST_WORDS = [0x4e49, 0x5553, 0x4341, 0x7b22, 0x1342];

export function controlFilter(): Uint8Array {
  const program = new BpfProgram();
  program.half(12).ifEqual(0x0806, 'whole').ifEqual(0x86dd, 'ipv6').ifEqual(0x0800, undefined, 'drop');
  // IPv4: later fragments have no ports. X = length of the IP header; offsets below are to Ethernet + X.
  program.half(ETHERNET + 6).ifAnyBit(0x1fff, 'drop');
  program
    .ipv4HeaderLength(ETHERNET)
    .byte(ETHERNET + 9)
    .goto('transport');
  program
    .label('ipv6')
    .setX(40)
    .byte(ETHERNET + 6)
    .ifEqual(ICMP6, 'neighbours')
    .label('transport');
  program.ifEqual(UDP, 'udp').ifEqual(TCP, 'tcp', 'drop');
  program.label('neighbours').byteAtX(ETHERNET);
  for (const type of NEIGHBOUR_DISCOVERY) program.ifEqual(type, 'whole');
  program.goto('drop');
  udp(program);
  tcp(program);
  program.label('whole').accept(WHOLE);
  program.label('syn').accept(SYN_BYTES);
  program.label('drop').accept(0);
  return program.assemble();
}

function udp(program: BpfProgram): void {
  program.label('udp').halfAtX(ETHERNET);
  for (const port of UDP_PORTS) program.ifEqual(port, 'whole');
  program.halfAtX(ETHERNET + 2);
  for (const port of UDP_PORTS) program.ifEqual(port, 'whole');
  // QUIC Initial of versions 1 and 2 (RFC 9000 §17.2.2, RFC 9369 §3.2): long header, fixed bit, types 0 and 1.
  program
    .ifEqual(HTTPS, undefined, 'drop')
    .byteAtX(ETHERNET + 8)
    .and(0xe0)
    .ifEqual(0xc0, 'whole', 'drop');
}

/**
 * A ClientHello is known by its first bytes. One that spans segments goes on with bytes that look like nothing; its last
 * segment is pushed, not full, and no TLS record of application data: such segments towards HTTPS pass too. DNS passes
 * whole.
 */
function tcp(program: BpfProgram): void {
  program
    .label('tcp')
    .byteAtX(ETHERNET + 13)
    .and(0x12)
    .ifEqual(0x02, 'syn');
  program
    .halfAtX(ETHERNET)
    .ifEqual(53, 'whole')
    .halfAtX(ETHERNET + 2)
    .ifEqual(53, 'whole');
  program.ifEqual(HTTPS, 'https');
  payload(program);
  program.halfAtX(ETHERNET);
  for (const words of FIRST_WORDS) program.ifEqual(words, 'whole');
  program
    .ifEqual(0x1603, undefined, 'drop')
    .byteAtX(ETHERNET + 5)
    .ifEqual(1, 'whole', 'drop');
  program
    .label('https')
    .byteAtX(ETHERNET + 13)
    .and(0x08)
    .ifEqual(0, 'first');
  payload(program);
  program
    .length()
    .subtractX()
    .ifGreater(ETHERNET + FULL_SEGMENT, 'hello');
  program.halfAtX(ETHERNET).ifEqual(0x1703, 'drop').ifEqual(0x1503, 'drop').ifEqual(0x1403, 'drop', 'whole');
  program.label('first');
  payload(program);
  program.label('hello').halfAtX(ETHERNET).ifEqual(0x1603, undefined, 'drop');
  program.byteAtX(ETHERNET + 5).ifEqual(1, 'whole', 'drop');
}

/** Payload of a segment that a sender had more to say after, with the options of today's systems. */
const FULL_SEGMENT = 1360;

/** X = start of the TCP payload, less the Ethernet header. */
function payload(program: BpfProgram): void {
  program
    .byteAtX(ETHERNET + 12)
    .and(0xf0)
    .shiftRight(2)
    .addX()
    .toX();
}
