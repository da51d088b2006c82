import type { StreamMessage } from '../../../src/contract/api.ts';
import { HomeState } from './home-state.ts';
import { Stream, type StreamStatus } from './stream.ts';

/** A hidden page lets its stream go after this long, and resumes when it is seen again. */
const HIDDEN_GRACE = 5000;

/**
 * The page's one store. Messages are collected and applied once per animation frame; `version` rises with each such
 * frame, and whoever reads it is drawn again.
 */
class Home {
  readonly data = new HomeState();
  version = $state(0);
  /** A snapshot has been applied since signing in. */
  ready = $state(false);
  status = $state<StreamStatus>('connecting');

  private readonly stream: Stream;
  private readonly listeners = new Set<(message: StreamMessage) => void>();
  private waiting: StreamMessage[] = [];
  private frame = 0;
  private hiddenTimer: ReturnType<typeof setTimeout> | undefined;
  private running = false;
  private resumable = false;
  private onRefused: () => void = () => {};

  constructor() {
    this.stream = new Stream({
      url: (query) => `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/api/stream${query}`,
      position: () => (this.resumable ? { epoch: this.data.epoch, sequence: this.data.sequence } : undefined),
      onMessage: (message) => this.receive(message),
      onStatus: (status) => {
        this.status = status;
      },
      onRefused: () => this.onRefused(),
    });
    document.addEventListener('visibilitychange', () => this.followVisibility());
    addEventListener('online', () => this.running && !document.hidden && this.stream.restart());
  }

  start(onRefused: () => void): void {
    this.running = true;
    this.onRefused = onRefused;
    if (!document.hidden) this.stream.start();
  }

  /** Forgets everything, as after signing out. */
  stop(): void {
    this.running = false;
    this.stream.stop();
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.waiting = [];
    this.resumable = false;
    this.ready = false;
  }

  /** Tells of every message after it was applied; returns how to stop listening. */
  listen(listener: (message: StreamMessage) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The stream's own `device` message follows; this shows the answer of a command without waiting for it. */
  refreshed(): void {
    this.version++;
  }

  private receive(message: StreamMessage): void {
    if (message.kind === 'snapshot') this.waiting = [];
    this.waiting.push(message);
    this.frame ||= requestAnimationFrame(() => this.flush());
  }

  private flush(): void {
    this.frame = 0;
    const messages = this.waiting;
    this.waiting = [];
    for (const message of messages) {
      if (this.data.apply(message) === 'gap') {
        this.resumable = false;
        this.stream.restart();
        return;
      }
      for (const listener of this.listeners) listener(message);
    }
    this.resumable = this.ready = this.data.state !== undefined;
    this.version++;
  }

  private followVisibility(): void {
    clearTimeout(this.hiddenTimer);
    if (!this.running) return;
    if (document.hidden) this.hiddenTimer = setTimeout(() => this.pauseHidden(), HIDDEN_GRACE);
    else this.stream.start();
  }

  /** What came but was not drawn is applied first, so that the stream resumes behind it. */
  private pauseHidden(): void {
    this.stream.stop();
    cancelAnimationFrame(this.frame);
    this.flush();
  }
}

export const home = new Home();
