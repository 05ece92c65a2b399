import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { startGateway } from 'tollgate'
import { expect, it } from 'vitest'
import { closeAfter } from '../support/close-after.ts'
import { place } from '../support/gateway.ts'
import { AUDIENCE, testIssuer } from '../support/issuer.ts'

/** A forward proxy, and the ports that were asked for through it. */
async function forwardProxy() {
  const ports = new Set<string>()
  const tunnels: Socket[] = []
  const server = createServer((req, res) => {
    const { hostname, port, pathname: path } = new URL(req.url!)
    ports.add(port)
    req.pipe(
      request({ hostname, port, path, method: req.method, headers: req.headers }, (answer) => {
        res.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(res)
      }),
    )
  }).on('connect', (req, socket, head) => {
    const [hostname, port] = req.url!.split(':')
    ports.add(port!)
    const upstream = connect(Number(port), hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      upstream.write(head)
      upstream.pipe(socket).pipe(upstream)
    })
    for (const end of [upstream, socket as Socket]) tunnels.push(end.on('error', () => {}) as Socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closeAfter(async () => {
    for (const tunnel of tunnels) tunnel.destroy()
    server.closeAllConnections()
    server.close()
  })
  return { ports, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const portOf = (url: string) => new URL(url).port

it('what a gateway asks goes by its proxies: providers, their models, issuers, and whom it tells of alerts', async () => {
  const [proxy, issuer] = [await forwardProxy(), await testIssuer()]
  const told: string[] = []
  const hook = createServer((req, res) => {
    told.push(req.url!)
    res.end()
  }).listen(0, '127.0.0.1')
  await once(hook, 'listening')
  closeAfter(async () => {
    hook.closeAllConnections()
    hook.close()
  })
  const hookPort = (hook.address() as AddressInfo).port
  const { read, folder, provider } = await place(`
teams: [{ id: science, budgets: [{ limit_usd: 0.001, period: daily }] }]
auth: { jwt: [{ issuer: "${issuer.url}", audience: ${AUDIENCE}, principal: { user: { claim: sub }, team: science } }] }
alerts: [{ at: [1], to: "http://127.0.0.1:${hookPort}/hook" }]
`)
  const gateway = await startGateway(
    { ...read(), proxies: { http: proxy.url, https: proxy.url } },
    { cwd: folder, output: () => {} },
  )
  closeAfter(async () => void (await gateway.close()))
  const headers = { authorization: `Bearer ${await issuer.token()}`, 'content-type': 'application/json' }
  const listed = await fetch(`${gateway.url}/v1/models`, { headers })
  expect(listed.status).toBe(200)
  expect([...proxy.ports].toSorted()).toEqual([portOf(issuer.url), portOf(provider.url)].toSorted())
  const body = JSON.stringify({
    model: 'gpt-4o-mini',
    max_tokens: 200,
    messages: [{ role: 'user', content: 'What does a toll cost?' }],
  })
  const asked = await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', headers, body })
  expect(asked.status).toBe(200)
  await expect.poll(() => told, { timeout: 20_000 }).toContain('/hook')
  expect(proxy.ports).toContain(String(hookPort))
})
