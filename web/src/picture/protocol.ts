import type { PictureEdge, PictureNode } from './graph.ts';

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
  font: string;
};

/** From the page to the worker that lays out and draws. Positions are CSS pixels within the canvas. */
export type ToPicture =
  | { type: 'start'; canvas: OffscreenCanvas }
  | { type: 'size'; width: number; height: number; ratio: number }
  | { type: 'style'; style: PictureStyle; calm: boolean; insideLabel: string }
  | { type: 'graph'; nodes: PictureNode[]; edges: PictureEdge[] }
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
  | { type: 'hover'; id: string | undefined; x: number; y: number }
  | { type: 'choose'; id: string | undefined }
  | { type: 'detail'; level: number }
  /** The layout came to rest, with what is drawn where. */
  | { type: 'settled'; circles: { id: string; x: number; y: number; radius: number }[] }
  /** Work of the worker per frame over the last second, ms. */
  | { type: 'cost'; frames: number; worst: number; mean: number };
