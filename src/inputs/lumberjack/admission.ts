import type { Socket } from 'node:net';

interface Admitted {
  address: string;
  /** Whether it has sent a complete window. */
  hasShipped: boolean;
}

interface AdmissionOptions {
  /** Most open connections. */
  most: number;
  /** Most open connections of one address. */
  mostPerAddress: number;
  /** A connection that has not sent a complete window was closed to make room. */
  displaced: (address: string) => void;
  /** `limit` names the setting. */
  turnedAway: (address: string, most: number, limit: string) => void;
}

/**
 * Decides which connections may stay. When there are as many as there may be, a new one takes the place of one that has not
 * sent a complete window yet: the oldest of the address that has most of them. So silent connections, however many, keep
 * no sender out, and a connection that has shipped never gives way.
 */
export class Admission {
  readonly #options: AdmissionOptions;
  /** The oldest first. */
  readonly #open = new Map<Socket, Admitted>();

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#open.size;
  }

  get sockets(): Socket[] {
    return [...this.#open.keys()];
  }

  /** Admits a connection, or closes it. */
  admit(socket: Socket, address: string): boolean {
    const { most, turnedAway } = this.#options;
    if (this.#open.size >= most && !this.#makeRoom()) {
      turnedAway(address, most, 'maxConnections');
      socket.on('error', () => {}).destroy();
      return false;
    }
    this.#open.set(socket, { address, hasShipped: false });
    socket.once('close', () => this.#open.delete(socket));
    return true;
  }

  /** Whether its address, which may have become known only now, has room for it. Otherwise it is closed. */
  place(socket: Socket, address: string): boolean {
    const { mostPerAddress, turnedAway } = this.#options;
    const admitted = this.#open.get(socket);
    if (!admitted) return false;
    admitted.address = address;
    if (mostPerAddress === Number.POSITIVE_INFINITY) return true;
    const others = [...this.#open.values()].filter((one) => one.address === address).length;
    if (others <= mostPerAddress) return true;
    turnedAway(address, mostPerAddress, 'maxConnectionsPerAddress');
    socket.on('error', () => {}).destroy();
    return false;
  }

  shipped(socket: Socket): void {
    const admitted = this.#open.get(socket);
    if (admitted) admitted.hasShipped = true;
  }

  #makeRoom(): boolean {
    const waiting = [...this.#open].filter(([, { hasShipped }]) => !hasShipped);
    const counts = new Map<string, number>();
    for (const [, { address }] of waiting) counts.set(address, (counts.get(address) ?? 0) + 1);
    const most = Math.max(...counts.values());
    const chosen = waiting.find(([, { address }]) => counts.get(address) === most);
    if (!chosen) return false;
    const [socket, { address }] = chosen;
    this.#open.delete(socket);
    socket.on('error', () => {}).destroy();
    this.#options.displaced(address);
    return true;
  }
}
