import { rateLimited, serverError } from '@tollgate/testing'
import { expect, it } from 'vitest'
import { type Running, SECRET } from '../support/gateway.ts'
import { keys, redisPlace } from '../support/redis-place.ts'

const ROUTES = `
routes: { smart: [openai/gpt-4o, openai/gpt-4o-mini] }
breakers: { min_calls: 1, failures: 100, open: 10m }
`

/** By which model a request is answered. */
async function served(gateway: Running): Promise<string> {
  const { response } = await gateway
    .client(SECRET)
    .chat.completions.create({ model: 'smart', messages: [{ role: 'user', content: 'hello' }] })
    .withResponse()
  return response.headers.get('x-tollgate-model')!
}

interface Told {
  readonly deployments: readonly {
    readonly model: string
    readonly state: string
    readonly because?: string
  }[]
}

/** Where a request for the model would go now, and why a deployment is shut. */
async function explained(gateway: Running): Promise<readonly string[]> {
  const answer = await gateway.admin('/admin/v1/providers?model=smart')
  const { route } = (await answer.json()) as { route: Told['deployments'] }
  return route.map(({ model, because = 'open' }) => `${model}: ${because}`)
}

it.each([
  ['that a key rests', rateLimited({ retryAfterS: 3_600 }), 'rate_limited'],
  ['that a breaker is open', serverError, 'failing'],
])(
  'a gateway that has never asked a deployment knows what another one has found, %s',
  async (_, fault, why) => {
    const { start, provider } = await redisPlace(keys() + ROUTES)
    const [here, there] = [await start(), await start()]
    provider.next(fault)
    expect(await served(here)).toBe('gpt-4o-mini')
    expect(provider.requests).toHaveLength(2)
    await expect.poll(() => explained(there)).toContain(`gpt-4o: ${why}`)
    expect(await served(there)).toBe('gpt-4o-mini')
    expect(provider.requests).toHaveLength(3)

    const late = await start()
    expect(await explained(late)).toContain(`gpt-4o: ${why}`)
    expect(await served(late)).toBe('gpt-4o-mini')
    expect(provider.requests).toHaveLength(4)
  },
)
