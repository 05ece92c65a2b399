import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach } from 'vitest'

const open = new Set<Server>()

afterEach(async () => {
  for (const server of open) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  open.clear()
})

/** Serve a handler on a free port until the test ends; returns its base URL. */
export async function serve(handler: RequestListener): Promise<string> {
  const server = createServer(handler)
  open.add(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A promise with its handle outside: tests wait on conditions, never on time. */
export function gate<T = void>(): { readonly opened: Promise<T>; readonly open: (value: T) => void } {
  return (({ promise, resolve }) => ({ opened: promise, open: resolve }))(Promise.withResolvers<T>())
}
