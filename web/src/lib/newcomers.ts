import type { StreamMessage } from '../../../src/contract/api.ts';

/** A device's name follows its first packet; what is new is told once it had this long to say it, ms. */
const PATIENCE = 2500;

/** Notices devices that the page had not heard of, and tells of them together. */
export class Newcomers {
  private readonly tell: (ids: string[]) => void;
  private known: Set<string> | undefined;
  private waiting: string[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: (ids: string[]) => void) {
    this.tell = tell;
  }

  take(message: StreamMessage): void {
    if (message.kind === 'snapshot') this.known = new Set(message.home.devices.map(({ id }) => id));
    else if (message.kind === 'device-gone') this.known?.delete(message.device);
    else if (message.kind === 'device') this.meet(message.device.id);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.waiting = [];
  }

  private meet(id: string): void {
    if (!this.known || this.known.has(id)) return;
    this.known.add(id);
    this.waiting.push(id);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.tell(this.waiting.splice(0));
    }, PATIENCE);
  }
}
