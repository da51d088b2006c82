import type { StreamMessage } from '../../../src/contract/api.ts';

export type StreamStatus = 'connecting' | 'live' | 'reconnecting';
export type StreamPosition = { epoch: string; sequence: number };

/** What the stream needs from outside; a test gives its own socket and clock. */
export type StreamOptions = {
  url: (query: string) => string;
  /** Where to resume; `undefined` asks for a snapshot. */
  position: () => StreamPosition | undefined;
  onMessage: (message: StreamMessage) => void;
  onStatus: (status: StreamStatus) => void;
  /** A connection ended before it said anything: perhaps the session is over. */
  onRefused: () => void;
  socket?: (url: string) => WebSocket;
};

const FIRST_WAIT = 400;
const LONGEST_WAIT = 10_000;

/** One WebSocket that comes back by itself, and goes on after the last message that it delivered. */
export class Stream {
  private readonly options: StreamOptions;
  private socket: WebSocket | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private everLive = false;

  constructor(options: StreamOptions) {
    this.options = options;
  }

  start(): void {
    if (this.socket || this.timer !== undefined) return;
    this.connect();
  }

  /** Closes without coming back, until `start`. */
  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const socket = this.socket;
    this.socket = undefined;
    socket?.close();
  }

  /** Closes and connects anew at once, as after a gap. */
  restart(): void {
    this.stop();
    this.start();
  }

  private connect(): void {
    this.timer = undefined;
    const position = this.options.position();
    const query = position ? `?epoch=${encodeURIComponent(position.epoch)}&after=${position.sequence}` : '';
    const url = this.options.url(query);
    const socket = this.options.socket?.(url) ?? new WebSocket(url);
    this.socket = socket;
    let spoke = false;
    this.options.onStatus(this.everLive ? 'reconnecting' : 'connecting');
    socket.onmessage = (event: MessageEvent<string>) => {
      if (this.socket !== socket) return;
      if (!spoke) {
        spoke = true;
        this.everLive = true;
        this.failures = 0;
        this.options.onStatus('live');
      }
      this.options.onMessage(JSON.parse(event.data) as StreamMessage);
    };
    socket.onclose = () => {
      if (this.socket !== socket) return;
      this.socket = undefined;
      this.options.onStatus('reconnecting');
      this.scheduleReconnect();
      if (!spoke) this.options.onRefused();
    };
  }

  /** Waits twice as long after each failure, a little random so that many pages do not return as one. */
  private scheduleReconnect(): void {
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.failures++);
    this.timer = setTimeout(() => this.connect(), wait * (0.75 + Math.random() / 2));
  }
}
