import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeAfter } from './close-after.ts'

/** A thousand connections at once are more than wait by default: on a busy machine some would be reset. */
const BACKLOG = 2048

/** Serve a handler on a free port until the test ends; returns its base URL. */
export async function serve(handler: RequestListener): Promise<string> {
  const server = createServer(handler)
  closeAfter(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  await new Promise<void>((resolve) =>
    server.listen({ port: 0, host: '127.0.0.1', backlog: BACKLOG }, resolve),
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
