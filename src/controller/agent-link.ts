import { connect, type Socket } from 'node:net';
import { encodeHello, encodePolicy, LINK_PROTOCOL, LinkDecoder, type PolicyMessage } from '../contract/link.ts';
import type { Observation } from '../model/observation.ts';

/** Waits between two attempts to reach the agent, ms: soon at first, since it usually restarts at once. */
const FIRST_RETRY = 100;
const LAST_RETRY = 2_000;
/** An agent that ended this shortly before its controller is told to end is nothing to speak of, ms. */
const LOSS_TOLD_AFTER = 500;
/** How long observations may be worked on before HTTP gets a turn, ms. */
const TURN = 10;

export type AgentLinkOptions = {
  path: string;
  /** Names this controller's run. */
  epoch: string;
  observe: (observation: Observation) => void;
  /** Told when the agent came or went. */
  onChange: (connected: boolean, reason?: string) => void;
};

/** The connection to the agent: kept up for ever, never ahead of what the controller can follow. */
export class AgentLink {
  connected = false;
  readonly #options: AgentLinkOptions;
  #socket: Socket | undefined;
  #timer: NodeJS.Timeout | undefined;
  #loss: NodeJS.Timeout | undefined;
  #tellLoss: () => void = () => {};
  #retry = FIRST_RETRY;
  #closed = false;
  #isWriting = false;
  #waiting: Uint8Array | undefined;

  constructor(options: AgentLinkOptions) {
    this.#options = options;
  }

  start(): void {
    const socket = connect(this.#options.path);
    const decoder = new LinkDecoder('agent');
    let reason: string | undefined;
    this.#socket = socket;
    this.#isWriting = false;
    this.#waiting = undefined;
    socket.on('connect', () => {
      socket.write(encodeHello({ protocol: LINK_PROTOCOL, role: 'controller', epoch: this.#options.epoch }));
    });
    socket.on('data', (chunk: Buffer) => {
      try {
        this.#receive(socket, decoder, chunk);
      } catch (error) {
        reason = (error as Error).message;
        socket.destroy();
      }
    });
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.on('close', () => this.#lost(reason));
  }

  /**
   * Hands a policy to the agent; where none is there, it is for whoever connects to send it again. Of those that an agent
   * is too slow for only the latest waits.
   * @throws LinkError when it is larger than any frame
   */
  send(message: PolicyMessage): void {
    const frame = encodePolicy(message);
    if (this.connected && this.#isWriting) this.#waiting = frame;
    else if (this.connected) this.#write(this.#socket!, frame);
  }

  #write(socket: Socket, frame: Uint8Array): void {
    this.#isWriting = true;
    this.#waiting = undefined;
    socket.write(frame, () => {
      if (socket !== this.#socket) return;
      this.#isWriting = false;
      if (this.#waiting && this.connected) this.#write(socket, this.#waiting);
    });
  }

  /** Drops the connection; the agent tells everything anew when it is made again. */
  restart(): void {
    this.#retry = FIRST_RETRY;
    this.#socket?.destroy();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#loss);
    this.#socket?.destroy();
  }

  #receive(socket: Socket, decoder: LinkDecoder, chunk: Buffer): void {
    const began = performance.now();
    for (const message of decoder.push(chunk)) {
      if (message.type === 'hello') this.#found();
      else if (message.type === 'observation') this.#options.observe(message.observation);
    }
    if (performance.now() - began < TURN) return;
    socket.pause();
    setImmediate(() => socket.resume());
  }

  #found(): void {
    this.#tellLoss();
    this.connected = true;
    this.#retry = FIRST_RETRY;
    this.#options.onChange(true);
  }

  #lost(reason: string | undefined): void {
    const was = this.connected;
    this.connected = false;
    if (this.#closed) return;
    if (was) this.#loseSoon(reason);
    this.#timer = setTimeout(() => this.start(), this.#retry);
    this.#retry = Math.min(this.#retry * 2, LAST_RETRY);
  }

  #loseSoon(reason: string | undefined): void {
    this.#tellLoss = () => {
      clearTimeout(this.#loss);
      this.#tellLoss = () => {};
      this.#options.onChange(false, reason);
    };
    this.#loss = setTimeout(() => this.#tellLoss(), LOSS_TOLD_AFTER);
  }
}
