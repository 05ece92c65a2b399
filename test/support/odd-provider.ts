import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import { closeAfter } from './close-after.ts'
import type { RealtimeOptions } from './realtime.ts'

/** A provider that opens sessions, and does this with each; returns its base URL. */
export async function oddProvider(hold: (socket: WebSocket) => void): Promise<string> {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', hold)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closeAfter(async () => {
    for (const socket of sockets.clients) socket.terminate()
    await new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

/** Options of a service whose sessions are all at this provider. */
export function byProvider(baseUrl: string): Pick<RealtimeOptions, 'routing'> {
  return { routing: () => ({ providers: [{ name: 'openai', dialect: 'openai', baseUrl }] }) }
}
