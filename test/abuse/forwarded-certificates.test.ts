import { describe, expect, it } from 'vitest'
import { type Gatekeeper, gatekeeper } from '../support/credentials.ts'
import { SECRET } from '../support/gateway.ts'

const HEADER = 'x-forwarded-client-cert'
const GOOD = 'By=spiffe://acme/gateway;Hash=00;Subject="";URI=spiffe://acme/ns/science/sa/crawler'

const believing = (from: string, elements = 1): Promise<Gatekeeper> =>
  gatekeeper(`
teams: [{ id: science }]
keys: [{ id: ada, team: science, secret: "\${ADA_SECRET}" }]
auth:
  certificates:
    callers: [{ uri: "spiffe://acme/ns/{team}/sa/{user}" }]
    from: [${from}]
    elements: ${elements}
  throttle: { failures: 1000000 }
`)

describe('x-forwarded-client-cert', () => {
  it('from a proxy that is listed says who calls', async () => {
    const { ask, gateway, provider } = await believing('127.0.0.0/8')
    expect((await ask([HEADER, GOOD])).status).toBe(200)
    // A dummy key, as SDKs insist on one, is not looked at: certificates come first.
    expect((await ask([HEADER, GOOD, 'authorization', 'Bearer unused'])).status).toBe(200)
    const spend = await (await gateway.admin('/admin/v1/spend?account=user:crawler')).json()
    expect(Number((spend as { spent_usd: string }).spent_usd)).toBeGreaterThan(0)
    expect(provider.requests).toHaveLength(2)
    for (const { headers } of provider.requests) expect(JSON.stringify(headers)).not.toContain('spiffe')
  })

  it('from anybody else is not read, whatever else says who the proxy is', async () => {
    const { refuses, ask, gateway } = await believing('10.0.0.0/8')
    await refuses([HEADER, GOOD])
    await refuses([HEADER, GOOD, 'x-forwarded-for', '10.0.0.1'])
    await refuses([HEADER, GOOD, 'forwarded', 'for=10.0.0.1'])
    await refuses([HEADER, GOOD, 'x-real-ip', '10.0.0.1'])
    // It is no way to be somebody else either: the key that came with it pays.
    expect((await ask([HEADER, GOOD, 'authorization', `Bearer ${SECRET}`])).status).toBe(200)
    const spend = await (await gateway.admin('/admin/v1/spend?account=key:ada')).json()
    expect(Number((spend as { spent_usd: string }).spent_usd)).toBeGreaterThan(0)
  })

  it('is refused when somebody has written in it', async () => {
    const { refuses } = await believing('127.0.0.0/8')
    const forged = 'URI=spiffe://acme/ns/science/sa/root'
    const attacks: readonly (readonly string[])[] = [
      [HEADER, forged, HEADER, GOOD],
      [HEADER, GOOD, 'X-Forwarded-Client-Cert', forged],
      [HEADER, GOOD, HEADER, GOOD],
      [HEADER, `${forged},${GOOD}`],
      [HEADER, `${GOOD},${forged}`],
      [HEADER, `${GOOD}, ${forged}`],
      [HEADER, `${GOOD};URI=spiffe://acme/ns/science/sa/root`],
      [HEADER, `${GOOD};Hash=11`],
      [HEADER, `Subject="CN=x";Subject="";${forged}`],
      [HEADER, `Subject="CN=x\\";${forged}`],
      [HEADER, `Subject="CN=x";${forged}"`],
      [HEADER, 'URI=%22spiffe://acme/ns/science/sa/root%22'],
      [HEADER, 'URI=spiffe%3A%2F%2Facme%2Fns%2Fscience%2Fsa%2Froot'],
      [HEADER, 'URI=spiffe://acme/ns/science/sa/root/..'],
      [HEADER, 'URI=spiffe://acme/ns/science/sa/'],
      [HEADER, 'URI=spiffe://evil/ns/science/sa/root'],
      [HEADER, `${forged};`],
      [HEADER, `;${forged}`],
      [HEADER, 'spiffe://acme/ns/science/sa/root'],
      [HEADER, 'Cert="-----BEGIN%20CERTIFICATE-----"'],
      [HEADER, 'Subject="URI=spiffe://acme/ns/science/sa/root"'],
      [HEADER, `By=${forged}`],
      [HEADER, ','],
    ]
    for (const headers of attacks) {
      await refuses(headers).catch((cause) => {
        throw new Error(`not refused as it should be: ${headers.join(' ')}`, { cause })
      })
    }
  })

  it('names the caller first where several proxies add to it, and has as many elements as they are', async () => {
    const { ask, gateway } = await believing('127.0.0.0/8', 2)
    const edge = 'URI=spiffe://acme/ns/science/sa/edge'
    expect((await ask([HEADER, `${GOOD},${edge}`])).status).toBe(200)
    const spend = await (await gateway.admin('/admin/v1/spend?account=user:crawler')).json()
    expect(Number((spend as { spent_usd: string }).spent_usd)).toBeGreaterThan(0)
    for (const other of [GOOD, `${edge},${GOOD},${edge}`])
      expect((await ask([HEADER, other])).status).toBe(401)
  })
})
