/** A link that breaks when it is told to. */
import { connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Whether the link breaks in front of these bytes, which get lost. */
export type Cut = (bytes: Buffer) => boolean;

/** Forwards connections to a port of loopback until a cut; new ones are taken again. Ends with the test. */
export async function startCuttingProxy(
  port: number,
  { up = () => false, down = () => false }: { readonly up?: Cut; readonly down?: Cut },
): Promise<number> {
  const sockets = new Set<Socket>();
  const forward = (from: Socket, to: Socket, cut: Cut): void => {
    sockets.add(from);
    from.on('data', (bytes: Buffer) => {
      if (!cut(bytes)) return void to.write(bytes);
      from.destroy();
      to.destroy();
    });
    from.on('error', () => undefined);
    from.on('close', () => {
      sockets.delete(from);
      to.destroy();
    });
  };
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    forward(near, far, up);
    forward(far, near, down);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as { port: number }).port;
}
