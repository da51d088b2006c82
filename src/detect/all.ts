import { knownBad } from './absolute/known-bad.ts';
import { miraiMark } from './absolute/mirai-mark.ts';
import { outboundMail } from './absolute/outbound-mail.ts';
import { peerFanOut } from './absolute/peer-fan-out.ts';
import { spoofedSource } from './absolute/spoofed-source.ts';
import { tripwireSpoofing } from './absolute/tripwire-spoofing.ts';
import { unneededProtocol } from './absolute/unneeded-protocol.ts';
import type { Detector } from './detector.ts';
import { flood } from './flood/flood.ts';
import { reflection } from './flood/reflection.ts';
import { tripwireRate, tripwireService } from './flood/tripwires.ts';
import { QUIET } from './quiet.ts';
import { arpSweep } from './scan/arp-sweep.ts';
import { horizontalScan } from './scan/horizontal.ts';
import { loginGuessing } from './scan/login-guessing.ts';
import { verticalScan } from './scan/vertical.ts';

/** Every detector. To add one: a file, its test, its words in model/finding-words.ts, a line here. */
export const DETECTORS: readonly Detector[] = [
  miraiMark,
  spoofedSource,
  unneededProtocol,
  outboundMail,
  peerFanOut,
  knownBad,
  horizontalScan,
  verticalScan,
  arpSweep,
  loginGuessing,
  flood,
  reflection,
  tripwireRate,
  tripwireService,
  tripwireSpoofing,
  ...QUIET,
];
