import type { Camera } from './camera.ts';
import type { Layout, Placed } from './layout.ts';
import { screenRadius } from './paint.ts';

/** A finger or mouse may tremble this far, in pixels, and still choose rather than drag. */
const TREMBLE = 5;
/** A circle can be caught this far from its rim. */
const CATCH = 7;

type Pointer = { x: number; y: number; startX: number; startY: number; moved: boolean };
export type GestureResult = { hover?: Placed | undefined; choose?: Placed | 'nothing' };

/** Turns pointers into panning, pinching, dragging of a circle, hovering and choosing. */
export class Gesture {
  private readonly layout: Layout;
  private readonly camera: Camera;
  private readonly pointers = new Map<number, Pointer>();
  private dragged: Placed | undefined;

  constructor(layout: Layout, camera: Camera) {
    this.layout = layout;
    this.camera = camera;
  }

  get dragging(): boolean {
    return this.dragged !== undefined;
  }

  down(id: number, x: number, y: number): void {
    this.pointers.set(id, { x, y, startX: x, startY: y, moved: false });
    if (this.pointers.size === 1) this.dragged = this.hit(x, y);
    else this.release();
  }

  move(id: number, x: number, y: number): GestureResult {
    const pointer = this.pointers.get(id);
    if (!pointer) return { hover: this.hit(x, y) };
    const [dx, dy] = [x - pointer.x, y - pointer.y];
    pointer.moved ||= Math.hypot(x - pointer.startX, y - pointer.startY) > TREMBLE;
    if (this.pointers.size === 2) this.pinch(id, pointer, x, y);
    else if (pointer.moved && this.dragged) this.drag(this.dragged, x, y);
    else if (pointer.moved) this.camera.pan(dx, dy);
    pointer.x = x;
    pointer.y = y;
    return {};
  }

  up(id: number): GestureResult {
    const pointer = this.pointers.get(id);
    const hit = this.dragged;
    this.cancel(id);
    if (!pointer || pointer.moved || this.pointers.size > 0) return {};
    return { choose: hit ?? 'nothing' };
  }

  cancel(id: number): void {
    this.pointers.delete(id);
    this.release();
  }

  /** The nearest circle that covers the point, or nearly so. */
  hit(x: number, y: number): Placed | undefined {
    let best: Placed | undefined;
    let bestDistance = CATCH;
    for (const circle of this.layout.circles) {
      const [cx, cy] = this.camera.toScreen(circle.x, circle.y);
      const distance = Math.hypot(x - cx, y - cy) - screenRadius(circle, this.camera);
      if (distance < bestDistance) {
        best = circle;
        bestDistance = distance;
      }
    }
    return best;
  }

  private drag(circle: Placed, x: number, y: number): void {
    [circle.fx, circle.fy] = this.camera.toWorld(x, y);
    circle.x = circle.fx;
    circle.y = circle.fy;
    this.camera.following = false;
    this.layout.reheat(0.15);
  }

  private release(): void {
    if (this.dragged) {
      this.dragged.fx = null;
      this.dragged.fy = null;
    }
    this.dragged = undefined;
  }

  private pinch(id: number, pointer: Pointer, x: number, y: number): void {
    const other = [...this.pointers].find(([key]) => key !== id)?.[1];
    if (!other) return;
    const before = Math.hypot(pointer.x - other.x, pointer.y - other.y);
    const after = Math.hypot(x - other.x, y - other.y);
    if (before > 0) this.camera.zoom(after / before, (x + other.x) / 2, (y + other.y) / 2);
    this.camera.pan((x - pointer.x) / 2, (y - pointer.y) / 2);
  }
}
