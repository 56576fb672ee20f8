import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

export interface ForwardProxy {
  /** With the login that it asks for. */
  url: string;
  /** Targets of the tunnels that were dug, and what was turned away for want of the login. */
  tunnels: string[];
  turnedAway: string[];
  close(): Promise<void>;
}

/** A real forward proxy: tunnels (`CONNECT`) for who knows the login, nothing else. */
export async function startForwardProxy(login = 'user:secret'): Promise<ForwardProxy> {
  const server = createServer((_, response) => response.writeHead(405).end());
  const sockets = new Set<Socket>();
  const proxy: ForwardProxy = { url: '', tunnels: [], turnedAway: [], close: () => closed(server, sockets) };
  const expected = `Basic ${Buffer.from(login).toString('base64')}`;
  server.on('connect', (request, socket: Socket, head) => {
    sockets.add(socket);
    const target = request.url ?? '';
    if (request.headers['proxy-authorization'] !== expected) {
      proxy.turnedAway.push(target);
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    proxy.tunnels.push(target);
    const { hostname, port } = new URL(`http://${target}`);
    const onward = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.write(head);
      onward.pipe(socket).pipe(onward);
    });
    sockets.add(onward);
    for (const one of [socket, onward]) one.on('error', () => one.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy.url = `http://${login}@127.0.0.1:${(server.address() as AddressInfo).port}`;
  return proxy;
}

function closed(server: Server, sockets: Set<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
