import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'

/** A server that is listening. */
export interface Listening {
  /** `http://host:port`, without a path. */
  readonly origin: string
  /** Break off what is still open, and stop listening. */
  close(): Promise<void>
}

/** @throws Error when the port is taken. */
export async function listen(
  port: number,
  host: string,
  handle: RequestListener,
  upgrade: (req: IncomingMessage, socket: Duplex, head: Buffer) => void,
): Promise<Listening> {
  const server = createServer(handle)
  server.on('upgrade', upgrade)
  // Clients that keep connections longer than five seconds would meet resets that nobody ordered.
  server.keepAliveTimeout = 65_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const { port: taken, family, address } = server.address() as AddressInfo
  return {
    origin: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
