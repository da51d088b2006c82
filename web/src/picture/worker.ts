/// <reference lib="webworker" />
import { Camera } from './camera.ts';
import { Feed } from './feed.ts';
import { Gesture, type GestureResult } from './gesture.ts';
import { Layout, type Line, type Placed } from './layout.ts';
import { type Emphasis, paintScene, type Scene } from './paint.ts';
import { movingLines, paintDots } from './particles.ts';
import type { Drawn, FromPicture, PictureStyle, ToPicture } from './protocol.ts';

/** Zoom from which the next level of detail is asked for, and below which it is given back. */
const DETAIL_IN = [1.9, 3.4];
const DETAIL_OUT = [1.5, 2.8];
const COST_EVERY = 1000;
/** Traffic changes the picture at most this often, ms. */
const REBUILD_EVERY = 250;

/** Lays out and draws in a thread of its own, so that the page's thread stays free. A frame is drawn only if something changed. */
class Picture {
  private readonly feed = new Feed();
  private readonly layout = new Layout();
  private readonly camera = new Camera();
  private readonly gesture = new Gesture(this.layout, this.camera);
  private readonly still = new OffscreenCanvas(1, 1);
  private canvas: OffscreenCanvas | undefined;
  private style: PictureStyle | undefined;
  private insideLabel = '';
  private width = 0;
  private height = 0;
  private ratio = 1;
  private calm = false;
  private visible = true;
  private paused = false;
  private hovered: string | undefined;
  private moving: Line[] = [];
  private dirty = true;
  private settled = false;
  private snapCamera = true;
  private rebuilding: ReturnType<typeof setTimeout> | undefined;
  private outdated = false;
  private drawn = '';
  private scheduled = false;
  private clock = 0;
  private lastFrame = 0;
  private cost = { since: 0, frames: 0, worst: 0, sum: 0 };

  handle(message: ToPicture): void {
    switch (message.type) {
      case 'start':
        this.canvas = message.canvas;
        break;
      case 'size':
        this.resize(message.width, message.height, message.ratio);
        break;
      case 'style':
        Object.assign(this, { style: message.style, calm: message.calm });
        break;
      case 'words':
        this.feed.words = message.words;
        this.insideLabel = message.insideLabel;
        this.rebuild();
        break;
      case 'home':
        this.feed.apply(message.message);
        this.rebuildSoon();
        return;
      case 'filter':
        this.feed.filter = message.filter;
        this.rebuild();
        break;
      case 'chosen':
        this.feed.chosen = message.id;
        this.rebuild();
        break;
      case 'inset':
        this.camera.inset = message.right;
        break;
      case 'visible':
        this.visible = message.visible;
        if (this.outdated) this.rebuildSoon();
        break;
      case 'paused':
        this.paused = message.paused;
        if (this.outdated) this.rebuildSoon();
        break;
      case 'pointer':
        this.point(message);
        return;
      case 'wheel':
        this.camera.zoom(Math.exp(-message.delta * 0.0022), message.x, message.y);
        break;
      case 'zoom':
        this.camera.zoom(message.by);
        break;
      case 'pan':
        this.camera.pan(message.x, message.y);
        break;
      case 'fit':
        this.camera.following = true;
        break;
      case 'walk':
        this.walk(message.x, message.y);
        break;
    }
    this.change();
  }

  /** Nobody sees traffic while the picture is paused or out of sight; it is drawn when that ends. */
  private rebuildSoon(): void {
    this.outdated = true;
    if (!this.visible || (this.paused && this.layout.circles.length > 0)) return;
    this.rebuilding ??= setTimeout(() => this.rebuild(), REBUILD_EVERY);
  }

  private rebuild(): void {
    clearTimeout(this.rebuilding);
    this.rebuilding = undefined;
    this.outdated = false;
    const { nodes, edges, farEnds } = this.feed.build();
    if (this.layout.update(nodes, edges)) this.settled = false;
    this.moving = movingLines(this.layout.lines);
    const devices = nodes.reduce((count, node) => count + (node.type === 'device' ? 1 : 0), 0);
    this.tellDrawn({ devices, farEnds, circles: nodes.length, detail: this.feed.detail });
    if (this.hovered !== undefined) this.tellHover();
    this.change();
  }

  private tellDrawn(drawn: Drawn): void {
    const text = JSON.stringify(drawn);
    if (text === this.drawn) return;
    this.drawn = text;
    tell({ type: 'drawn', drawn });
  }

  private change(): void {
    this.dirty = true;
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled || !this.visible || !this.canvas || !this.style || this.width === 0) return;
    this.scheduled = true;
    requestAnimationFrame((time) => {
      this.scheduled = false;
      this.frame(time);
    });
  }

  private resize(width: number, height: number, ratio: number): void {
    Object.assign(this, { width, height, ratio });
    for (const canvas of [this.canvas, this.still]) {
      if (!canvas) continue;
      canvas.width = Math.max(1, Math.round(width * ratio));
      canvas.height = Math.max(1, Math.round(height * ratio));
    }
    this.camera.resize(width, height);
    this.layout.shape(width / Math.max(1, height));
    this.snapCamera = true;
  }

  private frame(time: number): void {
    const began = performance.now();
    const changing = this.layout.step();
    const following = this.camera.following && this.camera.follow(this.layout.box(), this.snapCamera ? 1 : 0.12);
    this.snapCamera = false;
    const dots = this.moving.length > 0 && !this.calm && !this.paused;
    // A long pause between frames must not make the dots jump.
    this.clock += Math.min(50, time - this.lastFrame);
    this.lastFrame = time;
    this.draw(this.dirty || changing || following, dots);
    this.dirty = false;
    this.askDetail();
    this.report(began);
    if (changing || following || dots) this.schedule();
    if (!changing && !following && !this.settled) this.tellSettled();
  }

  private draw(stillChanged: boolean, dots: boolean): void {
    const context = this.canvas!.getContext('2d')!;
    const scene = this.scene();
    if (stillChanged) {
      const still = this.still.getContext('2d')!;
      still.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
      paintScene(still, scene, this.width, this.height);
    }
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas!.width, this.canvas!.height);
    context.drawImage(this.still, 0, 0);
    if (!dots) return;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    paintDots(context, scene, this.moving, this.clock);
  }

  private scene(): Scene {
    const { layout, camera, insideLabel } = this;
    return { layout, camera, style: this.style!, emphasis: this.emphasis(), insideLabel };
  }

  private emphasis(): Emphasis {
    const focus = this.layout.find(this.feed.chosen)?.node.id;
    const near = new Set<string>();
    if (focus) {
      near.add(focus);
      for (const { edge } of this.layout.lines) {
        if (edge.from === focus) near.add(edge.to);
        if (edge.to === focus) near.add(edge.from);
      }
    }
    return { focus, hover: this.hovered, near };
  }

  private point(message: Extract<ToPicture, { type: 'pointer' }>): void {
    const { phase, pointer, x, y } = message;
    if (phase === 'down') this.gesture.down(pointer, x, y);
    else if (phase === 'move') this.apply(this.gesture.move(pointer, x, y));
    else if (phase === 'up') this.apply(this.gesture.up(pointer));
    else {
      this.gesture.cancel(pointer);
      this.hover(undefined);
    }
    if (phase !== 'move' || this.gesture.dragging || !this.camera.following) this.change();
  }

  private apply(result: GestureResult): void {
    if ('hover' in result) this.hover(result.hover);
    if (result.choose) this.choose(result.choose === 'nothing' ? undefined : result.choose);
  }

  private hover(circle: Placed | undefined): void {
    if (this.hovered === circle?.node.id) return;
    this.hovered = circle?.node.id;
    this.tellHover();
    this.change();
  }

  private tellHover(): void {
    const circle = this.layout.find(this.hovered);
    const [x, y] = circle ? this.camera.toScreen(circle.x, circle.y - circle.radius) : [0, 0];
    tell({ type: 'hover', tip: this.feed.tip(circle?.node.id), x, y });
  }

  private choose(circle: Placed | undefined): void {
    this.feed.chosen = circle?.node.id;
    tell({ type: 'choose', id: this.feed.chosen });
    this.rebuild();
  }

  /** Goes from the chosen circle to the nearest one in the direction of an arrow key. */
  private walk(dx: number, dy: number): void {
    const from = this.layout.find(this.feed.chosen);
    let best: Placed | undefined;
    let bestCost = Number.POSITIVE_INFINITY;
    for (const circle of this.layout.circles) {
      const [x, y] = from ? [circle.x - from.x, circle.y - from.y] : [circle.x, circle.y];
      const along = x * dx + y * dy;
      const cost = from ? along + 2.5 * Math.abs(x * dy - y * dx) : Math.hypot(x, y);
      if (circle === from || (from && along <= 0) || cost >= bestCost) continue;
      best = circle;
      bestCost = cost;
    }
    if (best) this.choose(best);
  }

  private askDetail(): void {
    const scale = this.camera.scale / this.camera.fitted;
    let { detail } = this.feed;
    while (detail < 2 && scale > DETAIL_IN[detail]!) detail++;
    while (detail > 0 && scale < DETAIL_OUT[detail - 1]!) detail--;
    if (detail === this.feed.detail) return;
    this.feed.detail = detail;
    this.rebuild();
  }

  private tellSettled(): void {
    this.settled = true;
    tell({ type: 'settled', circles: this.layout.circles.length });
  }

  private report(began: number): void {
    const now = performance.now();
    const spent = now - began;
    const { cost } = this;
    cost.frames++;
    cost.sum += spent;
    cost.worst = Math.max(cost.worst, spent);
    if (now - cost.since < COST_EVERY) return;
    tell({ type: 'cost', frames: cost.frames, worst: cost.worst, mean: cost.sum / cost.frames });
    this.cost = { since: now, frames: 0, worst: 0, sum: 0 };
  }
}

function tell(message: FromPicture): void {
  postMessage(message);
}

const picture = new Picture();
addEventListener('message', (event: MessageEvent<ToPicture>) => picture.handle(event.data));
