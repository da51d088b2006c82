import type { StreamMessage } from '../../../src/contract/api.ts';
import type { NameWords } from '../lib/labels.ts';
import type { Tip } from './feed.ts';
import type { Filter } from './filter.ts';

/** Colours of the picture, read from the page's style so that both always agree. */
export type PictureStyle = {
  ink: string;
  muted: string;
  surface: string;
  line: string;
  home: string;
  homeLine: string;
  device: string;
  far: string;
  up: string;
  down: string;
  focus: string;
  danger: string;
  attention: string;
  font: string;
};

/** `circles` counts all that is drawn, `detail` is the level that the zoom asks for. */
export type Drawn = { devices: number; farEnds: number; circles: number; detail: number };

/** From the page to the worker that lays out and draws. Positions are CSS pixels within the canvas. */
export type ToPicture =
  | { type: 'start'; canvas: OffscreenCanvas }
  | { type: 'size'; width: number; height: number; ratio: number }
  | { type: 'style'; style: PictureStyle; calm: boolean }
  | { type: 'words'; words: NameWords; insideLabel: string }
  /** A snapshot, then everything that the stream says. */
  | { type: 'home'; message: StreamMessage }
  | { type: 'filter'; filter: Filter }
  /** Pixels at the right that something else covers. */
  | { type: 'inset'; right: number }
  | { type: 'chosen'; id: string | undefined }
  | { type: 'visible'; visible: boolean }
  | { type: 'paused'; paused: boolean }
  | { type: 'pointer'; phase: 'down' | 'move' | 'up' | 'leave' | 'cancel'; pointer: number; x: number; y: number }
  | { type: 'wheel'; x: number; y: number; delta: number }
  | { type: 'zoom'; by: number }
  | { type: 'pan'; x: number; y: number }
  | { type: 'fit' }
  | { type: 'walk'; x: number; y: number };

/** From the worker to the page. */
export type FromPicture =
  | { type: 'hover'; tip: Tip | undefined; x: number; y: number }
  | { type: 'choose'; id: string | undefined }
  /** What is drawn now, in numbers. */
  | { type: 'drawn'; drawn: Drawn }
  /** The layout came to rest with so many circles. */
  | { type: 'settled'; circles: number }
  /** Work of the worker per frame over the last second, ms. */
  | { type: 'cost'; frames: number; worst: number; mean: number };
