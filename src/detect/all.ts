import type { Detector } from './detector.ts';
import { miraiMark } from './mirai-mark.ts';

/** Every detector. To add one: a file, its test, its words in model/finding-words.ts, a line here. */
export const DETECTORS: readonly Detector[] = [miraiMark];
