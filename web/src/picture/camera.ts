export const NEAREST = 6;
export const FARTHEST = 0.12;
/** An automatic fit never magnifies a small home beyond this. */
const FIT_NEAREST = 1.35;
/** Room in pixels that a fit leaves for names at the sides: a share of the width, at most this much. */
const MARGIN_SHARE = 0.13;
const MARGIN_MOST = 165;
const MARGIN_TOP = 26;
/** Below this width, px, a picture has no room for names at the sides. */
const NARROW = 560;
const MARGIN_NARROW = 10;

export type Box = { left: number; top: number; right: number; bottom: number };

/** Where the picture is looked at from: screen = world × scale + offset. Until somebody moves it, it follows the layout. */
export class Camera {
  scale = 1;
  x = 0;
  y = 0;
  following = true;
  /** Scale of the last automatic fit: what zooming is measured against. */
  fitted = 1;
  /** Pixels at the right that something else covers. */
  inset = 0;
  private width = 1;
  private height = 1;

  resize(width: number, height: number): void {
    this.x += (width - this.width) / 2;
    this.y += (height - this.height) / 2;
    this.width = width;
    this.height = height;
  }

  toWorld(x: number, y: number): [number, number] {
    return [(x - this.x) / this.scale, (y - this.y) / this.scale];
  }

  toScreen(x: number, y: number): [number, number] {
    return [x * this.scale + this.x, y * this.scale + this.y];
  }

  pan(dx: number, dy: number): void {
    this.following = false;
    this.x += dx;
    this.y += dy;
  }

  /** Zooms by a factor around a point of the screen, by default its middle. */
  zoom(by: number, x = this.width / 2, y = this.height / 2): void {
    this.following = false;
    const [wx, wy] = this.toWorld(x, y);
    this.scale = Math.min(NEAREST, Math.max(FARTHEST, this.scale * by));
    this.x = x - wx * this.scale;
    this.y = y - wy * this.scale;
  }

  /** Moves a share of the way towards showing `box`; returns whether it still moves. */
  follow(box: Box, share: number): boolean {
    const width = Math.max(1, this.width - this.inset);
    const margin = width < NARROW ? MARGIN_NARROW : Math.min(MARGIN_MOST, width * MARGIN_SHARE);
    const scale = Math.min(
      FIT_NEAREST,
      Math.max(
        FARTHEST,
        Math.min(
          (width - 2 * margin) / (box.right - box.left),
          (this.height - 2 * MARGIN_TOP) / (box.bottom - box.top),
        ),
      ),
    );
    this.fitted = scale;
    const x = width / 2 - ((box.left + box.right) / 2) * scale;
    const y = this.height / 2 - ((box.top + box.bottom) / 2) * scale;
    const moves = Math.abs(scale - this.scale) > 0.002 || Math.abs(x - this.x) > 0.5 || Math.abs(y - this.y) > 0.5;
    this.scale += (scale - this.scale) * share;
    this.x += (x - this.x) * share;
    this.y += (y - this.y) * share;
    return moves;
  }
}
