import type { FromPicture, PictureStyle, ToPicture } from './protocol.ts';

const COLOURS = {
  ink: '--ink',
  muted: '--muted',
  surface: '--surface',
  line: '--edge',
  home: '--home',
  homeLine: '--home-line',
  device: '--accent',
  far: '--far',
  up: '--up',
  down: '--down',
  focus: '--accent',
  danger: '--danger',
  attention: '--attention',
} as const;

/** The page's end of the picture: hands the canvas over, forwards size, sight and pointers, and receives what happened. */
export class PictureWorker {
  private readonly worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  private readonly stop = new AbortController();
  private readonly canvas: HTMLCanvasElement;
  private readonly resizes: ResizeObserver;
  private readonly sights: IntersectionObserver;
  private readonly calm = matchMedia('(prefers-reduced-motion: reduce)');
  private inView = true;
  private waitingMove: Extract<ToPicture, { type: 'pointer' }> | undefined;

  constructor(canvas: HTMLCanvasElement, frame: HTMLElement, receive: (message: FromPicture) => void) {
    this.canvas = canvas;
    this.worker.onmessage = (event: MessageEvent<FromPicture>) => {
      receive(event.data);
      if (event.data.type === 'cost') performance.mark('picture-cost', { detail: event.data });
    };
    const offscreen = canvas.transferControlToOffscreen();
    this.worker.postMessage({ type: 'start', canvas: offscreen } satisfies ToPicture, [offscreen]);
    this.resizes = new ResizeObserver(() => this.resize(frame));
    this.resizes.observe(frame);
    this.sights = new IntersectionObserver((entries) => {
      this.inView = entries.at(-1)?.isIntersecting ?? true;
      this.showing();
    });
    this.sights.observe(frame);
    this.listen();
  }

  send(message: ToPicture): void {
    this.worker.postMessage(message);
  }

  restyle(): void {
    const css = getComputedStyle(document.documentElement);
    const colours = Object.entries(COLOURS).map(([name, variable]) => [name, css.getPropertyValue(variable).trim()]);
    const style = { ...Object.fromEntries(colours), font: css.getPropertyValue('--font') } as PictureStyle;
    this.send({ type: 'style', style, calm: this.calm.matches });
  }

  close(): void {
    this.stop.abort();
    this.resizes.disconnect();
    this.sights.disconnect();
    this.worker.terminate();
  }

  /** Nothing is drawn in a hidden tab or outside the window's view. */
  private showing(): void {
    this.send({ type: 'visible', visible: this.inView && !document.hidden });
  }

  private resize(frame: HTMLElement): void {
    const { width, height } = frame.getBoundingClientRect();
    this.send({ type: 'size', width, height, ratio: Math.min(3, devicePixelRatio) });
  }

  private listen(): void {
    const { signal } = this.stop;
    document.addEventListener('visibilitychange', () => this.showing(), { signal });
    this.calm.addEventListener('change', () => this.restyle(), { signal });
    this.canvas.addEventListener('pointerdown', (event) => this.down(event), { signal });
    this.canvas.addEventListener('pointermove', (event) => this.move(event), { signal });
    this.canvas.addEventListener('pointerup', (event) => this.point('up', event), { signal });
    this.canvas.addEventListener('pointercancel', (event) => this.point('cancel', event), { signal });
    this.canvas.addEventListener('pointerleave', (event) => this.point('leave', event), { signal });
    this.canvas.addEventListener('wheel', (event) => this.wheel(event), { signal, passive: false });
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.point('down', event);
  }

  /** Moves come faster than frames; the last one before a frame is enough. */
  private move(event: PointerEvent): void {
    if (!this.waitingMove) requestAnimationFrame(() => this.flushMove());
    this.waitingMove = pointerMessage('move', event);
  }

  private flushMove(): void {
    if (this.waitingMove) this.send(this.waitingMove);
    this.waitingMove = undefined;
  }

  private point(phase: 'down' | 'up' | 'leave' | 'cancel', event: PointerEvent): void {
    this.flushMove();
    this.send(pointerMessage(phase, event));
  }

  /** The wheel scrolls the page, except when a key or the focus says that the picture is meant. */
  private wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey && !this.canvas.parentElement?.matches(':focus')) return;
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 16 : 1;
    this.send({
      type: 'wheel',
      x: event.offsetX,
      y: event.offsetY,
      delta: event.deltaY * unit * (event.ctrlKey ? 3 : 1),
    });
  }
}

function pointerMessage(
  phase: Extract<ToPicture, { type: 'pointer' }>['phase'],
  event: PointerEvent,
): Extract<ToPicture, { type: 'pointer' }> {
  return { type: 'pointer', phase, pointer: event.pointerId, x: event.offsetX, y: event.offsetY };
}
