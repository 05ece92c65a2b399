import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { followTls, tlsOptions } from '../../packages/gateway/src/tls-files.ts'
import { type Certified, type TestCertificates, testCertificates } from '../support/certificates.ts'
import { closeAfter } from '../support/close-after.ts'
import { place, SECRET } from '../support/gateway.ts'

let authority: TestCertificates
let strangers: TestCertificates
let server: Certified
beforeAll(() => {
  authority = testCertificates()
  strangers = testCertificates()
  server = authority.sign('gateway', 'IP:127.0.0.1')
})
afterAll(() => {
  authority.remove()
  strangers.remove()
})

const CONFIG = `
teams: [{ id: science }, { id: people }]
keys: [{ id: ada, team: science, secret: "\${ADA_SECRET}" }]
auth:
  certificates:
    callers:
      - { uri: "spiffe://acme/ns/{team}/sa/{user}" }
      - { email: "{user}@acme.example", team: people }
`

async function listening(clients = 'optional', config = CONFIG) {
  const here = await place(config)
  const { certFile, keyFile } = server
  const tls = `tls: { cert: ${certFile}, key: ${keyFile}, client_ca: ${authority.caFile}, clients: ${clients} }`
  here.edit('listen: { port: 0 }', `listen: { port: 0, ${tls} }`)
  const gateway = await here.start()
  const ask = (who?: Certified, headers: Record<string, string> = {}) =>
    asked(`${gateway.url}/v1/chat/completions`, { ca: authority.ca, ...who }, headers)
  return { ...here, gateway, ask }
}

const CALL = JSON.stringify({ model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello' }] })

/** The status, or why there was none. */
function asked(url: string, tls: object, headers: Record<string, string>): Promise<number | string> {
  return new Promise((resolve) => {
    const req = request(url, {
      method: 'POST',
      ...tls,
      agent: false,
      headers: { 'content-type': 'application/json', ...headers },
    })
    req.on('response', (res) => resolve(res.resume().statusCode ?? 0))
    req.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'error'))
    req.end(CALL)
  })
}

describe('a client certificate', () => {
  it('says who calls, where the gateway itself ends TLS', async () => {
    const { gateway, ask, provider } = await listening()
    expect(gateway.url).toMatch(/^https:/)
    expect(await ask(authority.sign('crawler', 'URI:spiffe://acme/ns/science/sa/crawler'))).toBe(200)
    expect(await ask(authority.sign('ada', 'email:ada@acme.example'))).toBe(200)
    for (const account of ['user:crawler', 'team:science', 'user:ada', 'team:people']) {
      const spend = await (await gateway.admin(`/admin/v1/spend?account=${account}`)).json()
      expect(Number((spend as { spent_usd: string }).spent_usd), account).toBeGreaterThan(0)
    }
    expect(provider.requests).toHaveLength(2)
  })

  it('is refused when it is not one of ours, has expired, or stands for nobody', async () => {
    const { ask, provider } = await listening()
    const name = 'URI:spiffe://acme/ns/science/sa/crawler'
    expect(await ask(strangers.sign('forged', name))).toBe(401)
    expect(await ask(authority.sign('expired', name, -1))).toBe(401)
    expect(await ask(authority.sign('two', `${name},URI:spiffe://acme/ns/science/sa/root`))).toBe(401)
    expect(await ask(authority.sign('nobody', 'DNS:crawler.acme.example'))).toBe(401)
    expect(await ask(authority.sign('many', 'email:ada@acme.example,email:bob@acme.example'))).toBe(401)
    // A good key beside it does not help: it has been judged, and refused.
    const key = { authorization: `Bearer ${SECRET}` }
    expect(await ask(strangers.sign('with-key', name), key)).toBe(401)
    expect(provider.requests).toHaveLength(0)
  })

  it('need not be brought by whoever has a key', async () => {
    const { ask } = await listening()
    expect(await ask(undefined, { authorization: `Bearer ${SECRET}` })).toBe(200)
    expect(await ask()).toBe(401)
    const told = { 'x-forwarded-client-cert': 'URI=spiffe://acme/ns/science/sa/crawler' }
    expect(await ask(undefined, told)).toBe(401)
  })

  it('may be required of everybody', async () => {
    const { ask, provider } = await listening('required')
    const name = 'URI:spiffe://acme/ns/science/sa/crawler'
    expect(await ask(undefined, { authorization: `Bearer ${SECRET}` })).not.toBe(200)
    expect(await ask(strangers.sign('required-forged', name))).not.toBe(200)
    expect(provider.requests).toHaveLength(0)
    expect(await ask(authority.sign('required', name))).toBe(200)
  })

  it('of a proxy that tells of certificates is never its callers’', async () => {
    const { ask } = await listening('optional', `${CONFIG}    from: [127.0.0.0/8]\n`)
    const proxy = authority.sign('proxy', 'URI:spiffe://acme/ns/science/sa/proxy')
    expect(await ask(proxy)).toBe(401)
    const told = { 'x-forwarded-client-cert': 'URI=spiffe://acme/ns/science/sa/crawler' }
    expect(await ask(proxy, told)).toBe(200)
  })
})

it('a file that is not there is named when the gateway starts', async () => {
  const here = await place()
  here.edit('listen: { port: 0 }', 'listen: { port: 0, tls: { cert: ./gone.crt, key: ./gone.key } }')
  await expect(here.start()).rejects.toThrow('cannot listen: listen.tls.cert cannot be read: ENOENT')
})

it('files that change are used for the next connection, and the old ones while new ones are no good', async () => {
  const rolling = authority.sign('rolling', 'IP:127.0.0.1')
  const tls = {
    cert: rolling.certFile,
    key: rolling.keyFile,
    clientCa: undefined,
    clients: 'optional',
  } as const
  const here = createServer(tlsOptions(tls), (_, res) => res.end())
  await new Promise<void>((resolve) => here.listen(0, '127.0.0.1', resolve))
  closeAfter(async () => void here.close())
  const looks: (() => void)[] = []
  const said: string[] = []
  const timers = { setTimeout: (look: () => void) => looks.push(look), clearTimeout: () => {} }
  followTls(here, tls, { output: (line) => said.push(line), timers })
  const shown = async () => {
    const socket = connect({
      port: (here.address() as AddressInfo).port,
      host: '127.0.0.1',
      ca: authority.ca,
    })
    await once(socket, 'secureConnect')
    const { subject } = socket.getPeerCertificate()
    socket.destroy()
    return subject.CN
  }
  expect(await shown()).toBe('rolling')
  const next = authority.sign('renewed', 'IP:127.0.0.1')
  writeFileSync(tls.cert, next.cert)
  looks.at(-1)!()
  expect(said).toEqual([expect.stringContaining('new TLS files are not in use')])
  expect(await shown()).toBe('rolling')
  writeFileSync(tls.key, next.key)
  looks.at(-1)!()
  expect(await shown()).toBe('renewed')
  expect(said).toHaveLength(1)
})
