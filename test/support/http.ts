import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { closeAfter } from './close-after.ts'

/** Serve a handler on a free port until the test ends; returns its base URL. */
export async function serve(handler: RequestListener): Promise<string> {
  const server = createServer(handler)
  closeAfter(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
