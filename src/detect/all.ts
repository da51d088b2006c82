import { beacon } from './command/beacon.ts';
import type { Detector } from './detector.ts';
import { generatedNames } from './dns/generated-names.ts';
import { dnsTunnel } from './dns/tunnel.ts';
import { waterTorture } from './dns/water-torture.ts';
import { miraiMark } from './mirai-mark.ts';

/** Every detector. To add one: a file, its test, its words in model/finding-words.ts, a line here. */
export const DETECTORS: readonly Detector[] = [miraiMark, beacon, dnsTunnel, generatedNames, waterTorture];
